// Reads threads: the path of a message from the root of its conversation.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Role, roleSchema } from '../log/event.ts';

const turnsSchema = z.array(z.object({ role: roleSchema, content: z.string() }));

/** What was said before a reply, from the root on. A reply without text says nothing to a model and is left out. */
export async function readTurnsBefore(
  pool: pg.Pool,
  messageId: string,
): Promise<{ role: Role; content: string }[]> {
  const { rows } = await pool.query({
    name: 'read_turns_before',
    text: `WITH RECURSIVE thread AS (
        SELECT parent_id, 0 AS depth, role, content FROM message WHERE id = $1
        UNION ALL
        SELECT m.parent_id, t.depth + 1, m.role, m.content FROM thread AS t JOIN message AS m ON m.id = t.parent_id
      )
      SELECT role, content FROM thread WHERE depth > 0 AND content <> '' ORDER BY depth DESC`,
    values: [messageId],
  });
  return turnsSchema.parse(rows);
}

/**
 * The ids of the newest `last` messages of a thread.
 * @param path.leaf the message at its end; the newest of the conversation where not given
 * @throws AppError NOT_FOUND where the leaf is no message of the conversation
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
