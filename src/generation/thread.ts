// Reads a thread: the path of a message from the root of its conversation.
import type pg from 'pg';
import { z } from 'zod';
import { roleSchema } from '../log/event.ts';
import type { ChatMessage } from './model.ts';

const threadSchema = z.array(z.object({ role: roleSchema, content: z.string() }));

/** The messages that lead to a reply, from the root; a reply without text says nothing to a model and is left out. */
export async function readThread(pool: pg.Pool, messageId: string): Promise<ChatMessage[]> {
  const { rows } = await pool.query({
    name: 'read_thread',
    text: `WITH RECURSIVE thread AS (
        SELECT parent_id, 0 AS depth, role, content FROM message WHERE id = $1
        UNION ALL
        SELECT m.parent_id, t.depth + 1, m.role, m.content FROM thread AS t JOIN message AS m ON m.id = t.parent_id
      )
      SELECT role, content FROM thread WHERE depth > 0 AND content <> '' ORDER BY depth DESC`,
    values: [messageId],
  });
  return threadSchema.parse(rows);
}
