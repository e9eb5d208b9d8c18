// Counts the feedback on messages, with one statement for all messages requested in one turn of the event loop. It
// counts in Postgres, since a message may have any number of records, and caches nothing.
import type pg from 'pg';
import { z } from 'zod';
import type { FeedbackSource } from '../log/feedback-fields.ts';

export type RatingSummary = {
  likes: number;
  dislikes: number;
  scores: number;
  averageScore: number | null;
  comments: number;
  corrections: number;
};

export type Summarize = (source: FeedbackSource, messageId: string) => Promise<RatingSummary>;

const rowSchema = z.object({
  id: z.string(),
  likes: z.number(),
  dislikes: z.number(),
  scores: z.number(),
  averageScore: z.number().nullable(),
  comments: z.number(),
  corrections: z.number(),
});

const emptySummary: RatingSummary = {
  likes: 0,
  dislikes: 0,
  scores: 0,
  averageScore: null,
  comments: 0,
  corrections: 0,
};

async function readSummaries(
  pool: pg.Pool,
  source: FeedbackSource,
  ids: string[],
): Promise<Map<string, RatingSummary>> {
  const { rows } = await pool.query({
    name: 'rating_summaries',
    text: `SELECT message_id AS id, count(*) FILTER (WHERE rating = 'like')::int AS likes,
        count(*) FILTER (WHERE rating = 'dislike')::int AS dislikes, count(score)::int AS scores,
        avg(score) AS "averageScore", count(comment)::int AS comments, count(correction)::int AS corrections
      FROM feedback WHERE message_id = ANY ($1) AND source = $2 GROUP BY message_id`,
    values: [ids, source],
  });
  return new Map(rows.map((row) => rowSchema.parse(row)).map(({ id, ...summary }) => [id, summary]));
}

export function createSummaries(pool: pg.Pool): Summarize {
  let pending = new Map<FeedbackSource, { ids: Set<string>; read: Promise<Map<string, RatingSummary>> }>();

  function batchFor(source: FeedbackSource) {
    const existing = pending.get(source);
    if (existing !== undefined) return existing;
    const ids = new Set<string>();
    const read = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      pending = new Map([...pending].filter(([otherSource]) => otherSource !== source));
      return readSummaries(pool, source, [...ids]);
    });
    const batch = { ids, read };
    pending.set(source, batch);
    return batch;
  }

  return async (source, messageId) => {
    const { ids, read } = batchFor(source);
    ids.add(messageId);
    return (await read).get(messageId) ?? emptySummary;
  };
}
