// Which events of an imported conversation the log lacks, if it has the conversation by events of its own: a file that
// was exported from this topic comes back with the ids of the messages, but without those of the events.
import { isDeepStrictEqual } from 'node:util';
import type { NewEvent } from '../../log/event.ts';
import { fold } from '../../log/fold/fold.ts';
import type {
  ConversationFeedbackSnapshot,
  ConversationSnapshot,
  MessageSnapshot,
} from '../../log/fold/snapshot.ts';
import type { Entry } from './source.ts';

type Event = Entry['events'][number];
type FeedbackPayload = Extract<NewEvent, { type: 'UPDATE_MESSAGE' | 'UPDATE_CONVERSATION' }>['payload'];

function startOf({ id, model, username, title, metadata, startedAt }: ConversationSnapshot) {
  return { id, model, username, title, metadata, startedAt };
}

function withoutFeedback({ feedback: _, ...message }: MessageSnapshot) {
  return message;
}

/** The feedback on a message or a conversation, and the owner, whose feedback may be unsigned. */
type FeedbackList = {
  owner: string;
  feedback: readonly ConversationFeedbackSnapshot[];
};

function feedbackOf({ username, source }: FeedbackPayload, { owner, feedback }: FeedbackList) {
  return feedback.find(
    (one) => one.username === (username || owner) && one.source === (source || 'end_user'),
  );
}

const untimed = { createdAt: undefined, updatedAt: undefined };

/** Whether the author's feedback in the log is the same as in the file, or newer. */
function isFeedbackPresent(change: FeedbackPayload, imported: FeedbackList, existing: FeedbackList): boolean {
  const theirs = feedbackOf(change, imported);
  const ours = feedbackOf(change, existing);
  const isTimed = change.timestamp !== undefined;
  if (isTimed && theirs !== undefined && ours !== undefined && ours.updatedAt > theirs.updatedAt) return true;
  return isDeepStrictEqual(theirs && { ...theirs, ...untimed }, ours && { ...ours, ...untimed });
}

function isPresent(event: Event, imported: ConversationSnapshot, existing: ConversationSnapshot): boolean {
  const messageIn = ({ messages }: ConversationSnapshot) =>
    messages.find(({ id }) => id === event.payload.id);
  const [theirs, ours] = [messageIn(imported), messageIn(existing)];
  switch (event.type) {
    case 'START_CONVERSATION':
      return isDeepStrictEqual(startOf(imported), startOf(existing));
    case 'ADD_MESSAGE':
      if (theirs === undefined || ours === undefined) return false;
      return isDeepStrictEqual(withoutFeedback(theirs), withoutFeedback(ours));
    case 'UPDATE_MESSAGE':
      return isFeedbackPresent(
        event.payload,
        { owner: imported.username, feedback: theirs?.feedback ?? [] },
        { owner: existing.username, feedback: ours?.feedback ?? [] },
      );
    case 'UPDATE_CONVERSATION':
      return isFeedbackPresent(
        event.payload,
        { owner: imported.username, feedback: imported.feedback },
        { owner: existing.username, feedback: existing.feedback },
      );
    case 'END_CONVERSATION':
      return isDeepStrictEqual(imported.endedAt, existing.endedAt);
    default:
      return event satisfies never;
  }
}

/**
 * @param existing the conversation as the log has it
 * @returns those of the events of the whole imported conversation that would change it
 */
export function missingFrom(existing: ConversationSnapshot, events: readonly Event[]): Event[] {
  const imported = fold(
    events.map((event, index) => ({
      ...event,
      conversationId: existing.id,
      topic: existing.topic,
      offset: index,
      version: index + 1,
      recordedAt: new Date(0),
    })),
  );
  return events.filter((event) => imported === undefined || !isPresent(event, imported, existing));
}
