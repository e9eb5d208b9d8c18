// Reads how often each model was preferred to each other: choices between replies to the same message.
import type pg from 'pg';
import { z } from 'zod';
import type { FeedbackSource } from '../../log/feedback-fields.ts';

export type ChoicesQuery = {
  topic: string;
  source: FeedbackSource;
  /** Bounds of when the chosen replies were made; undefined if unbounded. */
  from: Date | undefined;
  to: Date | undefined;
  /** Only choices whose author gave the chosen reply one of these tags; undefined for all choices. */
  tags: readonly string[] | undefined;
  /** Whether an author's like of one reply and dislike of another count as a choice, if they made no explicit one. */
  isFromRatings: boolean;
};

const rowSchema = z.object({ chosen: z.string(), other: z.string(), wins: z.number(), ties: z.number() });
/** How often a model's replies were chosen over another's, or considered equally good. */
export type Choices = z.output<typeof rowSchema>;

const ofReplies = `JOIN message AS m ON m.id = f.message_id JOIN conversation AS c ON c.id = m.conversation_id
  JOIN message AS s ON `;
const where = `c.topic = $1 AND f.source = $2::feedback_source AND m.created_at >= $3 AND m.created_at < $4
  AND ($5::text[] IS NULL OR f.tags && $5)`;
const modelOf = (message: string) => `coalesce(nullif(${message}.model_id, ''), c.model_id)`;

const explicit = `
  SELECT ${modelOf('m')} AS chosen, ${modelOf('s')} AS other, s.id = ANY (f.tied_with) AS is_tie
  FROM feedback AS f ${ofReplies} s.id = ANY (f.preferred_over || f.tied_with)
  WHERE (f.preferred_over <> '{}' OR f.tied_with <> '{}') AND ${where}`;

const fromRatings = `
  SELECT ${modelOf('m')}, ${modelOf('s')}, false
  FROM feedback AS f ${ofReplies} s.conversation_id = m.conversation_id AND s.parent_id IS NOT DISTINCT FROM m.parent_id
  JOIN feedback AS g ON g.message_id = s.id AND g.username = f.username AND g.source = f.source
  WHERE $6 AND f.rating = 'like' AND g.rating = 'dislike' AND ${where}
    AND s.id <> ALL (f.preferred_over || f.tied_with) AND m.id <> ALL (g.preferred_over || g.tied_with)`;

const text = `SELECT chosen, other, count(*) FILTER (WHERE NOT is_tie)::int AS wins, count(*) FILTER (WHERE is_tie)::int AS ties
  FROM (${explicit} UNION ALL ${fromRatings}) AS choice WHERE chosen <> other GROUP BY 1, 2 ORDER BY 1, 2`;

/** Choices between two replies of the same model are left out: they compare nothing. */
export async function readChoices(pool: pg.Pool, query: ChoicesQuery): Promise<Choices[]> {
  const { topic, source, from, to, tags, isFromRatings } = query;
  const values = [topic, source, from ?? '-infinity', to ?? 'infinity', tags ?? null, isFromRatings];
  const { rows } = await pool.query({ name: 'choices', text, values });
  return rows.map((row) => rowSchema.parse(row));
}
