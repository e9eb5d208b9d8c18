// The feedback part of the fold: one record per author and source, of a message or of a conversation. Absent and ""
// leave a field as it is, null withdraws it, and what was withdrawn in all its parts leaves nothing behind.
import { z } from 'zod';
import { type FeedbackSource, updateConversationSchema, updateMessageSchema } from '../event.ts';
import type { ConversationFeedbackSnapshot, FeedbackSnapshot } from './snapshot.ts';

const unset = z.literal('');
// The log takes "" for unset in every field of feedback, as the reference would write it.
const orUnset = {
  source: updateMessageSchema.shape.source.or(unset),
  score: updateMessageSchema.shape.score.or(unset),
  tags: updateMessageSchema.shape.tags.or(unset),
};
export const updatedMessage = updateMessageSchema.extend({
  ...orUnset,
  signal: z.string().optional(),
  preferred_over: updateMessageSchema.shape.preferred_over.or(unset),
  tied_with: updateMessageSchema.shape.tied_with.or(unset),
});
export const updatedConversation = updateConversationSchema.extend(orUnset);

type Author = { username: string; source: FeedbackSource };
type FeedbackChange = z.output<typeof updatedConversation>;
type MessageFeedbackChange = z.output<typeof updatedMessage>;

/** Records by author and source. */
export type Records<T extends Author> = Map<string, T>;

export function recordsOf<T extends Author>(given: readonly T[]): Records<T> {
  return new Map(given.map((record) => [keyOf(record), record]));
}

function keyOf({ username, source }: Author): string {
  return `${source} ${username}`;
}

function authorOf(payload: Pick<FeedbackChange, 'username' | 'source'>, owner: string): Author {
  return { username: payload.username || owner, source: payload.source || 'end_user' };
}

function mergeField<T>(given: T | '' | undefined, before: T | undefined): T | null {
  return given === undefined || given === '' ? (before ?? null) : given;
}

function mergeFields(
  payload: FeedbackChange,
  old: ConversationFeedbackSnapshot | undefined,
  author: Author,
  at: Date,
) {
  return {
    ...author,
    rating: mergeField(payload.rating, old?.rating),
    score: mergeField(payload.score, old?.score),
    comment: mergeField(payload.feedback, old?.comment),
    tags: mergeField<readonly string[] | null>(payload.tags, old?.tags) ?? [],
    createdAt: old?.createdAt ?? at,
    updatedAt: at,
  };
}

function isEmpty({ rating, score, comment, tags }: ConversationFeedbackSnapshot): boolean {
  return tags.length === 0 && [rating, score, comment].every((field) => field === null);
}

function isEmptyFeedback(given: FeedbackSnapshot): boolean {
  return isEmpty(given) && given.correction === null && !hasChoice(given);
}

function hasChoice({ preferredOver, tiedWith }: FeedbackSnapshot): boolean {
  return preferredOver.length + tiedWith.length > 0;
}

function setOrDelete<T extends Author>(records: Records<T>, given: T, isGone: boolean): void {
  if (isGone) records.delete(keyOf(given));
  else records.set(keyOf(given), given);
}

// "" changes no field, but says that the author was here: the record's time is that of the event.
function hasNoFeedbackFields(fields: unknown[]): boolean {
  return fields.every((field) => field === undefined);
}

/** What the author of an update says of a conversation from then on. */
export function foldConversationFeedback(
  records: Records<ConversationFeedbackSnapshot>,
  payload: FeedbackChange,
  { owner, at }: { owner: string; at: Date },
): void {
  if (hasNoFeedbackFields([payload.rating, payload.score, payload.feedback, payload.tags])) return;
  const author = authorOf(payload, owner);
  const given = mergeFields(payload, records.get(keyOf(author)), author, at);
  setOrDelete(records, given, isEmpty(given));
}

/**
 * What the author of an update says of a message from then on.
 * @param siblings the records of the other messages with the same parent: a choice here ends the author's choice there
 */
export function foldFeedback(
  records: Records<FeedbackSnapshot>,
  payload: MessageFeedbackChange,
  { owner, at, siblings }: { owner: string; at: Date; siblings: () => Iterable<Records<FeedbackSnapshot>> },
): void {
  const { rating, score, feedback, tags, correction, preferred_over, tied_with } = payload;
  if (hasNoFeedbackFields([rating, score, feedback, tags, correction, preferred_over, tied_with])) return;
  const author = authorOf(payload, owner);
  const old = records.get(keyOf(author));
  const given = {
    ...mergeFields(payload, old, author, at),
    correction: mergeField(correction, old?.correction),
    preferredOver: mergeField<readonly string[] | null>(preferred_over, old?.preferredOver) ?? [],
    tiedWith: mergeField<readonly string[] | null>(tied_with, old?.tiedWith) ?? [],
  };
  if (preferred_over?.length || tied_with?.length) {
    for (const others of siblings()) withdrawChoice(others, author, at);
  }
  setOrDelete(records, given, isEmptyFeedback(given));
}

function withdrawChoice(records: Records<FeedbackSnapshot>, author: Author, at: Date): void {
  const old = records.get(keyOf(author));
  if (old === undefined || !hasChoice(old)) return;
  const left = { ...old, preferredOver: [], tiedWith: [], updatedAt: at };
  setOrDelete(records, left, isEmptyFeedback(left));
}
