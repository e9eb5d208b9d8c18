// Reads a conversation as it stood, from the log alone: its history up to a moment, folded.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { isUlid } from '../lib/ulid.ts';
import { type ConversationSnapshot, fold } from '../log/fold/fold.ts';
import { type Moment, readHistory } from '../log/read/history.ts';
import { visibleConversations } from './access.ts';

/**
 * @returns null where there is no such conversation that the viewer may see, or it had not begun
 * @throws AppError INVALID_INPUT where both an offset and a time are given
 */
export async function readConversationAt(
  pool: pg.Pool,
  viewer: Viewer,
  { id, offset, time }: Moment & { id: string },
): Promise<ConversationSnapshot | null> {
  if (offset != null && time != null) {
    throw new AppError(
      'INVALID_INPUT',
      'Give offset or time, not both; the conversation as it is now where neither is given.',
    );
  }
  if (!isUlid(id)) return null;
  const of = { conversationId: id, ...visibleConversations(viewer) };
  return fold(await readHistory(pool, of, { offset, time })) ?? null;
}
