// Settings of a topic: the tags that clients should offer. They are configuration, not history, so they are stored in a
// column of the topic and not in events, which belong to conversations.
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
      `tags has ${tags.length} entries; at most ${limits.count} are allowed.`,
    );
  }
  const checked = tags.map(({ key, label }) => ({
    key: checkTag(key),
    label: checkFilled('A label', label, { bytes: limits.labelBytes }),
  }));
  const keys = checked.map(({ key }) => key);
  const duplicate = keys.find((key, index) => keys.indexOf(key) !== index);
  if (duplicate === undefined) return checked;
  throw new AppError(
    'INVALID_INPUT',
    `tags contains the key ${JSON.stringify(duplicate)} twice: give each key once.`,
  );
}

/** Replaces the suggested tags. The topic may have no events yet. */
export async function configureTopic(
  { pool }: { pool: pg.Pool },
  viewer: Viewer,
  input: ConfigureTopicInput,
): Promise<string> {
  if (!viewer.roles.includes('ADMIN')) {
    throw new AppError('FORBIDDEN', 'Only the role ADMIN may configure topics.');
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

/** The suggested tags in the order to show them; empty if none were set. */
export async function readSuggestedTags({ pool }: { pool: pg.Pool }, topic: string): Promise<SuggestedTag[]> {
  const { rows } = await pool.query<{ tags: unknown }>({
    name: 'suggested_tags',
    text: 'SELECT suggested_tags AS tags FROM topic WHERE name = $1',
    values: [checkTopic(topic)],
  });
  return suggestedTagsSchema.parse(rows[0]?.tags ?? []);
}
