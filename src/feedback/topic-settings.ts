// What an operator sets of a topic: the tags that clients suggest. Configuration, no fact about any conversation:
// it is a column of the topic and not an event, since events are of conversations and no reader of the log needs it.
import type pg from 'pg';
import { z } from 'zod';
import { checkFilled } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { checkTopic } from '../log/topic-name.ts';
import { checkTag } from './check-feedback.ts';

export type SuggestedTag = { key: string; label: string };
export type ConfigureTopicInput = { name: string; tags: readonly SuggestedTag[] };

export const suggestedTagsSchema = z.array(z.object({ key: z.string(), label: z.string() }));

const limits = { count: 100, labelBytes: 200 };

function checkSuggested(tags: readonly SuggestedTag[]): SuggestedTag[] {
  if (tags.length > limits.count) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `tags has ${tags.length} entries; at most ${limits.count} are taken.`,
    );
  }
  const checked = tags.map(({ key, label }) => ({
    key: checkTag(key),
    label: checkFilled('A label', label, { bytes: limits.labelBytes }),
  }));
  const keys = checked.map(({ key }) => key);
  const double = keys.find((key, index) => keys.indexOf(key) !== index);
  if (double === undefined) return checked;
  throw new AppError(
    'INVALID_INPUT',
    `The tag ${JSON.stringify(double)} is there twice: give each key once.`,
  );
}

/** Replaces the suggested tags; a topic that has no events yet may be configured ahead. */
export async function configureTopic(
  { pool }: { pool: pg.Pool },
  viewer: Viewer,
  input: ConfigureTopicInput,
): Promise<string> {
  if (!viewer.roles.includes('ADMIN')) {
    throw new AppError('FORBIDDEN', 'Only the role ADMIN configures topics.');
  }
  const name = checkTopic(input.name);
  await pool.query({
    name: 'configure_topic',
    text: `INSERT INTO topic (name, suggested_tags) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET suggested_tags = excluded.suggested_tags`,
    values: [name, JSON.stringify(checkSuggested(input.tags))],
  });
  return name;
}

/** In the order in which they are to be shown; none where nothing was set. */
export async function readSuggestedTags({ pool }: { pool: pg.Pool }, topic: string): Promise<SuggestedTag[]> {
  const { rows } = await pool.query<{ tags: unknown }>({
    name: 'suggested_tags',
    text: 'SELECT suggested_tags AS tags FROM topic WHERE name = $1',
    values: [checkTopic(topic)],
  });
  return suggestedTagsSchema.parse(rows[0]?.tags ?? []);
}
