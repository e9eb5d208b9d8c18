// Reads a past state of a conversation from the log alone: folds its events up to a point.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import { isUlid } from '../lib/ulid.ts';
import { type ConversationSnapshot, fold } from '../log/fold/fold.ts';
import { type Moment, readHistory } from '../log/read/history.ts';
import { visibleConversations } from './access.ts';

/**
 * @returns null if it does not exist, had not started at that point, or the viewer may not see it
 * @throws AppError INVALID_INPUT if both an offset and a time are given
 */
export async function readConversationAt(
  pool: pg.Pool,
  viewer: Viewer,
  { id, offset, time }: Moment & { id: string },
): Promise<ConversationSnapshot | null> {
  if (offset != null && time != null) {
    throw new AppError(
      'INVALID_INPUT',
      'Both offset and time are given: give one of them, or neither for the current state.',
    );
  }
  if (!isUlid(id)) return null;
  const conversation = { conversationId: id, ...visibleConversations(viewer) };
  return fold(await readHistory(pool, conversation, { offset, time })) ?? null;
}
