// What the run has left in Postgres, read once at the end.
import type pg from 'pg';
import { z } from 'zod';
import { type ConversationSnapshot, fold } from '../../src/log/fold/fold.ts';
import { readHistory } from '../../src/log/read/history.ts';

const eventSchema = z.object({
  id: z.string(),
  topic: z.string(),
  offset: z.int(),
  type: z.string(),
  conversationId: z.string(),
  version: z.int(),
  payload: z.looseObject({
    id: z.string(),
    status: z.string().optional(),
    content: z.string().optional(),
    username: z.string().optional(),
    rating: z.string().nullish(),
    feedback: z.string().nullish(),
  }),
});
export type LoggedEvent = z.output<typeof eventSchema>;

const messageSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  content: z.string(),
  status: z.string(),
  error: z.string().nullable(),
  feedback: z.record(z.string(), z.object({ rating: z.string().nullable(), comment: z.string().nullable() })),
});
export type HeldMessage = z.output<typeof messageSchema>;

export type Logged = {
  /** In the order of the log. */
  events: LoggedEvent[];
  /** The projection, by id. */
  messages: Map<string, HeldMessage>;
  /** The fold of each conversation. */
  folded: ConversationSnapshot[];
};

const textOfMessages = `SELECT m.id, m.conversation_id AS "conversationId", m.content, m.status::text, m.error,
    coalesce((SELECT jsonb_object_agg(f.username, jsonb_build_object('rating', f.rating, 'comment', f.comment))
      FROM feedback AS f WHERE f.message_id = m.id), '{}') AS feedback
  FROM message AS m`;

export async function readLogged(pool: pg.Pool): Promise<Logged> {
  const events = await pool.query(
    `SELECT id, topic, "offset"::int, type::text, conversation_id AS "conversationId", version, payload
     FROM event ORDER BY topic, event."offset"`,
  );
  const messages = z.array(messageSchema).parse((await pool.query(textOfMessages)).rows);
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM conversation ORDER BY id');
  const folded: ConversationSnapshot[] = [];
  for (const { id } of rows) {
    const snapshot = fold(await readHistory(pool, { conversationId: id }, {}));
    if (snapshot !== undefined) folded.push(snapshot);
  }
  return {
    events: z.array(eventSchema).parse(events.rows),
    messages: new Map(messages.map((message) => [message.id, message])),
    folded,
  };
}

export const countsOfRunning = z.object({ streaming: z.int(), generations: z.int(), texts: z.int() });

/** What is left of replies that are being produced. */
export async function countRunning(pool: pg.Pool): Promise<z.output<typeof countsOfRunning>> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM message WHERE status = 'streaming') AS streaming,
            (SELECT count(*)::int FROM generation) AS generations,
            (SELECT count(*)::int FROM token_log) AS texts`,
  );
  return countsOfRunning.parse(rows[0]);
}
