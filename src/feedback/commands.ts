// What people say of replies and conversations: every change is one event that holds only what changed.
// Absent leaves a field as it is, null withdraws it. What stands already is no change.
import { AppError } from '../errors.ts';
import { mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import { derivedId, newId, referencedId } from '../lib/ulid.ts';
import type { FeedbackFields, FeedbackSource, NewEvent, RecordedSignal } from '../log/event.ts';
import type { LogWriter } from '../log/writer.ts';
import {
  type AuthorInput,
  checkAuthor,
  checkFeedbackFields,
  checkOptionalText,
  type FeedbackInput,
} from './check-feedback.ts';

export type FeedbackServices = { writer: LogWriter; maxMessageBytes: number };

export type RateMessageInput = AuthorInput & Pick<FeedbackInput, 'rating' | 'score'> & { messageId: string };

export type SubmitFeedbackInput = AuthorInput &
  Pick<FeedbackInput, 'comment' | 'tags'> & {
    messageId: string;
    correction?: string | null | undefined;
  };

export type PreferReplyInput = AuthorInput & {
  chosenId: string;
  rejectedIds?: readonly string[] | null | undefined;
  tie?: boolean | null | undefined;
};

export type RateConversationInput = AuthorInput & FeedbackInput & { id: string };

export type RecordSignalInput = {
  messageId: string;
  signal: RecordedSignal;
  username?: string | null | undefined;
};

/** Whose feedback it is: one record is kept per message, username and source. */
export type FeedbackKey = { messageId: string; username: string; source: FeedbackSource };
export type ConversationFeedbackKey = { conversationId: string; username: string; source: FeedbackSource };

const maxRejected = 100;

async function append(
  { writer }: FeedbackServices,
  viewer: Viewer,
  event: NewEvent,
  { skipsUnchanged }: { skipsUnchanged: boolean },
): Promise<void> {
  const isPrivileged = mayWriteForOthers(viewer);
  await writer.append({ actor: viewer.username, isPrivileged, skipsUnchanged, events: [event] });
}

async function appendFeedback(
  services: FeedbackServices,
  viewer: Viewer,
  change: AuthorInput & { messageId: string; fields: FeedbackFields },
): Promise<FeedbackKey> {
  const messageId = referencedId('message', change.messageId);
  const author = checkAuthor(viewer, change);
  const { fields } = change;
  const payload = { id: messageId, ...author, ...fields };
  await append(services, viewer, { id: newId(), type: 'UPDATE_MESSAGE', payload }, { skipsUnchanged: true });
  return { messageId, ...author };
}

function requireSomeField(fields: object, wanted: string): void {
  if (Object.keys(fields).length > 0) return;
  throw new AppError('INVALID_INPUT', `Give ${wanted}; null withdraws what was given.`);
}

/** Sets or withdraws rating and score. */
export function rateMessage(
  services: FeedbackServices,
  viewer: Viewer,
  { rating, score, ...change }: RateMessageInput,
): Promise<FeedbackKey> {
  const fields = checkFeedbackFields({ rating, score }, { bytes: services.maxMessageBytes });
  requireSomeField(fields, 'a rating, a score, or both');
  return appendFeedback(services, viewer, { ...change, fields });
}

/** Sets or withdraws comment, tags and correction. */
export function submitFeedback(
  services: FeedbackServices,
  viewer: Viewer,
  { comment, tags, correction, ...change }: SubmitFeedbackInput,
): Promise<FeedbackKey> {
  const limit = { bytes: services.maxMessageBytes };
  const fields = {
    ...checkFeedbackFields({ comment, tags }, limit),
    ...(correction === undefined ? {} : { correction: checkOptionalText('correction', correction, limit) }),
  };
  requireSomeField(fields, 'a comment, tags or a correction');
  return appendFeedback(services, viewer, { ...change, fields });
}

function checkRejected(chosenId: string, rejectedIds: readonly string[]): string[] {
  if (rejectedIds.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      'rejectedIds is empty: name the replies that the chosen one is compared with.',
    );
  }
  if (rejectedIds.length > maxRejected) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `rejectedIds has ${rejectedIds.length} entries; at most ${maxRejected} are taken.`,
    );
  }
  if (rejectedIds.includes(chosenId)) {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${chosenId} can't be compared with itself: leave it out of rejectedIds.`,
    );
  }
  const ids = rejectedIds.map((id) => referencedId('message', id));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return ids;
  throw new AppError('INVALID_INPUT', `rejectedIds names ${twice} twice: name each reply once.`);
}

/** Chooses a reply over siblings of it, or calls them as good; ends the author's earlier choice among them. */
export function preferReply(
  services: FeedbackServices,
  viewer: Viewer,
  { chosenId, rejectedIds, tie, ...author }: PreferReplyInput,
): Promise<FeedbackKey> {
  if (rejectedIds === undefined) {
    throw new AppError('INVALID_INPUT', 'Give rejectedIds; null withdraws the choice.');
  }
  const messageId = referencedId('message', chosenId);
  const others = rejectedIds === null ? [] : checkRejected(messageId, rejectedIds);
  const fields =
    tie === true ? { preferred_over: [], tied_with: others } : { preferred_over: others, tied_with: [] };
  return appendFeedback(services, viewer, { ...author, messageId, fields });
}

/** Sets or withdraws what someone says of a conversation as a whole. */
export async function rateConversation(
  services: FeedbackServices,
  viewer: Viewer,
  { id, ...input }: RateConversationInput,
): Promise<ConversationFeedbackKey> {
  const conversationId = referencedId('conversation', id);
  const author = checkAuthor(viewer, input);
  const fields = checkFeedbackFields(input, { bytes: services.maxMessageBytes });
  requireSomeField(fields, 'a rating, a score, a comment or tags');
  const payload = { id: conversationId, ...author, ...fields };
  const event = { id: newId(), type: 'UPDATE_CONVERSATION', conversationId, payload } as const;
  await append(services, viewer, event, { skipsUnchanged: true });
  return { conversationId, ...author };
}

/** Records that someone did something with a reply. It counts once per author: told again, nothing is written. */
export async function recordSignal(
  services: FeedbackServices,
  viewer: Viewer,
  input: RecordSignalInput,
): Promise<{ messageId: string }> {
  const messageId = referencedId('message', input.messageId);
  const { username } = checkAuthor(viewer, input);
  const id = derivedId(messageId, JSON.stringify(['signal', input.signal, username, viewer.username]));
  const payload = { id: messageId, username, signal: input.signal };
  await append(services, viewer, { id, type: 'UPDATE_MESSAGE', payload }, { skipsUnchanged: false });
  return { messageId };
}
