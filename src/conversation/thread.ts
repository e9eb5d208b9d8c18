// Reads threads: the path from the root of a conversation to one of its messages.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Role, roleSchema } from '../log/event.ts';

const messagesSchema = z.array(z.object({ role: roleSchema, content: z.string() }));

/** The messages before a reply, from the root on: what a model is given. Replies without text are left out. */
export async function readMessagesBefore(
  pool: pg.Pool,
  messageId: string,
): Promise<{ role: Role; content: string }[]> {
  const { rows } = await pool.query({
    name: 'read_messages_before',
    text: `WITH RECURSIVE thread AS (
        SELECT parent_id, 0 AS depth, role, content FROM message WHERE id = $1
        UNION ALL
        SELECT m.parent_id, t.depth + 1, m.role, m.content FROM thread AS t JOIN message AS m ON m.id = t.parent_id
      )
      SELECT role, content FROM thread WHERE depth > 0 AND content <> '' ORDER BY depth DESC`,
    values: [messageId],
  });
  return messagesSchema.parse(rows);
}

/**
 * Ids of the newest `last` messages of a thread.
 * @param path.leaf the last message of the thread; defaults to the newest of the conversation
 * @throws AppError NOT_FOUND if the leaf is not a message of the conversation
 */
export async function readThreadIds(
  pool: pg.Pool,
  path: { conversationId: string; leaf: string | undefined; last: number },
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'read_thread_ids',
    text: `WITH RECURSIVE leaf AS (
        SELECT id, parent_id, 1 AS depth FROM message
        WHERE conversation_id = $1 AND ($2::text IS NULL OR id = $2) ORDER BY position DESC LIMIT 1
      ), thread AS (
        SELECT * FROM leaf
        UNION ALL
        SELECT m.id, m.parent_id, t.depth + 1 FROM thread AS t JOIN message AS m ON m.id = t.parent_id WHERE t.depth < $3
      )
      SELECT id FROM thread`,
    values: [path.conversationId, path.leaf ?? null, path.last],
  });
  if (rows.length === 0 && path.leaf !== undefined) {
    throw new AppError(
      'NOT_FOUND',
      `There is no message ${JSON.stringify(path.leaf.slice(0, 100))} in this conversation.`,
    );
  }
  return path.last === 0 ? [] : rows.map((row) => row.id);
}
