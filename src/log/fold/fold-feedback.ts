// The feedback part of the fold: one record per author and source, on a message or a conversation. Changes are merged
// by ../feedback-fields.ts; a record that becomes empty is deleted.
import type { z } from 'zod';
import type { updateConversationSchema } from '../event.ts';
import {
  type ConversationFeedbackFields,
  emptyFeedback,
  type FeedbackFields,
  type FeedbackSource,
  hasFeedback,
  isEmptyFeedback,
  mergeConversationFeedback,
  mergeFeedback,
} from '../feedback-fields.ts';
import type { ConversationFeedbackSnapshot, FeedbackSnapshot } from './snapshot.ts';

type Author = { username: string; source: FeedbackSource };

/** Records by author and source. */
export type Records<T extends Author> = Map<string, T>;

export function recordsOf<T extends Author>(records: readonly T[]): Records<T> {
  return new Map(records.map((record) => [keyOf(record), record]));
}

function keyOf({ username, source }: Author): string {
  return `${source} ${username}`;
}

type GivenBy = Pick<z.output<typeof updateConversationSchema>, 'username' | 'source'>;

function authorOf(payload: GivenBy, owner: string): Author {
  return { username: payload.username || owner, source: payload.source || 'end_user' };
}

function setOrDelete<T extends ConversationFeedbackSnapshot>(records: Records<T>, record: T): void {
  if (isEmptyFeedback(record)) records.delete(keyOf(record));
  else records.set(keyOf(record), record);
}

/** Applies an update to the feedback on a conversation. */
export function foldConversationFeedback(
  records: Records<ConversationFeedbackSnapshot>,
  payload: ConversationFeedbackFields & GivenBy,
  { owner, at }: { owner: string; at: Date },
): void {
  if (!hasFeedback(payload)) return;
  const author = authorOf(payload, owner);
  const old = records.get(keyOf(author));
  const values = mergeConversationFeedback(old ?? emptyFeedback, payload);
  setOrDelete(records, { ...author, ...values, createdAt: old?.createdAt ?? at, updatedAt: at });
}

/**
 * Applies an update to the feedback on a message.
 * @param siblings the records of the other messages with the same parent: a choice here ends the author's choice there
 */
export function foldFeedback(
  records: Records<FeedbackSnapshot>,
  payload: FeedbackFields & GivenBy,
  { owner, at, siblings }: { owner: string; at: Date; siblings: () => Iterable<Records<FeedbackSnapshot>> },
): void {
  if (!hasFeedback(payload)) return;
  const author = authorOf(payload, owner);
  const old = records.get(keyOf(author));
  const values = mergeFeedback(old ?? emptyFeedback, payload);
  if (payload.preferred_over?.length || payload.tied_with?.length) {
    for (const others of siblings()) withdrawChoice(others, author, at);
  }
  setOrDelete(records, { ...author, ...values, createdAt: old?.createdAt ?? at, updatedAt: at });
}

function withdrawChoice(records: Records<FeedbackSnapshot>, author: Author, at: Date): void {
  const old = records.get(keyOf(author));
  if (old === undefined || old.preferredOver.length + old.tiedWith.length === 0) return;
  const values = mergeFeedback(old, { preferred_over: null, tied_with: null });
  setOrDelete(records, { ...old, ...values, updatedAt: at });
}
