// Gives and withdraws feedback on replies and conversations. Each change is one event with only the changed fields: an
// absent field is unchanged, null withdraws it. Repeating feedback that is already recorded appends nothing.
import { AppError } from '../errors.ts';
import { mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import { derivedId, newId, referencedId } from '../lib/ulid.ts';
import type { NewEvent, RecordedSignal } from '../log/event.ts';
import { type FeedbackFields, type FeedbackSource, hasFeedback } from '../log/feedback-fields.ts';
import type { LogWriter } from '../log/writer.ts';
import { type AuthorInput, checkAuthor, checkFeedbackFields, type FeedbackInput } from './check-feedback.ts';

export type FeedbackServices = { writer: LogWriter; maxMessageBytes: number };

type RatingField = 'rating' | 'score';

export type RateMessageInput = AuthorInput & Pick<FeedbackInput, RatingField> & { messageId: string };

export type SubmitFeedbackInput = AuthorInput & Omit<FeedbackInput, RatingField> & { messageId: string };

export type PreferReplyInput = AuthorInput & {
  chosenId: string;
  rejectedIds?: readonly string[] | null | undefined;
  tie?: boolean | null | undefined;
};

export type RateConversationInput = AuthorInput & Omit<FeedbackInput, 'correction'> & { id: string };

export type RecordSignalInput = {
  messageId: string;
  signal: RecordedSignal;
  username?: string | null | undefined;
};

/** The key of a feedback record: there is one per message, username and source. */
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

function requireSomeField(fields: FeedbackFields, expected: string): void {
  if (hasFeedback(fields)) return;
  throw new AppError('INVALID_INPUT', `Give ${expected}; null withdraws a field.`);
}

/** Sets or withdraws rating and score. */
export function rateMessage(
  services: FeedbackServices,
  viewer: Viewer,
  { messageId, username, source, ...input }: RateMessageInput,
): Promise<FeedbackKey> {
  const fields = checkFeedbackFields(input, { bytes: services.maxMessageBytes });
  requireSomeField(fields, 'a rating, a score, or both');
  return appendFeedback(services, viewer, { messageId, username, source, fields });
}

/** Sets or withdraws comment, tags and correction. */
export function submitFeedback(
  services: FeedbackServices,
  viewer: Viewer,
  { messageId, username, source, ...input }: SubmitFeedbackInput,
): Promise<FeedbackKey> {
  const fields = checkFeedbackFields(input, { bytes: services.maxMessageBytes });
  requireSomeField(fields, 'a comment, tags or a correction');
  return appendFeedback(services, viewer, { messageId, username, source, fields });
}

function checkRejectedIds(chosenId: string, rejectedIds: readonly string[]): string[] {
  if (rejectedIds.length === 0) {
    throw new AppError(
      'INVALID_INPUT',
      'rejectedIds is empty: name the replies that the chosen one was compared with.',
    );
  }
  if (rejectedIds.length > maxRejected) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `rejectedIds has ${rejectedIds.length} entries; at most ${maxRejected} are allowed.`,
    );
  }
  if (rejectedIds.includes(chosenId)) {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${chosenId} can't be compared with itself: remove it from rejectedIds.`,
    );
  }
  const ids = rejectedIds.map((id) => referencedId('message', id));
  const duplicate = ids.find((id, index) => ids.indexOf(id) !== index);
  if (duplicate === undefined) return ids;
  throw new AppError('INVALID_INPUT', `rejectedIds contains ${duplicate} twice: name each reply once.`);
}

/** Chooses a reply over siblings, or declares a tie; replaces the author's earlier choice among them. */
export function preferReply(
  services: FeedbackServices,
  viewer: Viewer,
  { chosenId, rejectedIds, tie, ...author }: PreferReplyInput,
): Promise<FeedbackKey> {
  if (rejectedIds === undefined) {
    throw new AppError('INVALID_INPUT', 'Give rejectedIds; null withdraws the choice.');
  }
  const messageId = referencedId('message', chosenId);
  const siblings = rejectedIds === null ? [] : checkRejectedIds(messageId, rejectedIds);
  const fields =
    tie === true ? { preferred_over: [], tied_with: siblings } : { preferred_over: siblings, tied_with: [] };
  return appendFeedback(services, viewer, { ...author, messageId, fields });
}

/** Sets or withdraws feedback on a whole conversation. */
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

/** Records what someone did with a reply. A signal counts once per author; repeating it writes nothing. */
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
