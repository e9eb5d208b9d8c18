// Where to start reading the log: the topic and the offset that the arguments of a client mean.
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import { referencedId } from '../../lib/ulid.ts';
import { checkTopicToRead } from '../topic-name.ts';
import { parseCursor } from './cursor.ts';

/** Where to start reading. The offset may be beyond the end. */
export type LogPosition = { topic: string; offset: number };

/**
 * The topic of a conversation, which wins over a requested topic.
 * @param username the required owner; undefined allows any
 * @throws AppError NOT_FOUND if there is no such conversation, or it has another owner
 */
export async function topicOfConversation(
  pool: pg.Pool,
  conversationId: string,
  username: string | undefined,
): Promise<string> {
  const { rows } = await pool.query<{ topic: string }>({
    name: 'topic_of_conversation',
    text: 'SELECT topic FROM conversation WHERE id = $1 AND ($2::text IS NULL OR username = $2)',
    values: [referencedId('conversation', conversationId), username ?? null],
  });
  const [conversation] = rows;
  if (conversation !== undefined) return conversation.topic;
  throw new AppError('NOT_FOUND', `There is no conversation ${conversationId}.`);
}

/**
 * Where reading starts: at an offset, after the event of a cursor, or at the first event. A Last-Event-ID, also a
 * cursor, wins over both: a browser that reconnects sends it with the arguments of its first request.
 * @throws AppError INVALID_INPUT if both are given, the cursor belongs to another topic, or the name is invalid
 */
export function logPositionOf(
  name: string,
  start: {
    offset?: number | null | undefined;
    after?: string | null | undefined;
    lastEventId?: string | undefined;
  },
): LogPosition {
  const topic = checkTopicToRead(name);
  if (start.lastEventId !== undefined) {
    return { topic, offset: parseCursor(start.lastEventId, topic, 'Last-Event-ID') + 1 };
  }
  if (start.offset != null && start.after != null) {
    throw new AppError('INVALID_INPUT', 'Give offset or after, not both.');
  }
  const offset = start.after == null ? (start.offset ?? 0) : parseCursor(start.after, topic) + 1;
  return { topic, offset };
}
