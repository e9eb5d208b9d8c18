// What a line of our own format says that the log says already, by events of its own: in the topic that the line was
// exported from. There the ids of its messages are taken, by these very messages.
import { isDeepStrictEqual } from 'node:util';
import type { NewEvent } from '../../log/event.ts';
import {
  type ConversationFeedbackSnapshot,
  type ConversationSnapshot,
  fold,
  type MessageSnapshot,
} from '../../log/fold/fold.ts';
import type { Entry } from './source.ts';

type Event = Entry['events'][number];
type FeedbackPayload = Extract<NewEvent, { type: 'UPDATE_MESSAGE' | 'UPDATE_CONVERSATION' }>['payload'];

function headOf({ id, model, username, title, metadata, startedAt }: ConversationSnapshot) {
  return { id, model, username, title, metadata, startedAt };
}

function withoutFeedback({ feedback: _, ...message }: MessageSnapshot) {
  return message;
}

type Heard = Pick<ConversationSnapshot, 'username'> & { feedback: readonly ConversationFeedbackSnapshot[] };

/** Whether the author of an event has said the same, or something else since. */
function isSaid({ username, source, timestamp }: FeedbackPayload, given: Heard, held: Heard): boolean {
  const saidIn = ({ username: owner, feedback }: Heard) =>
    feedback.find((said) => said.username === (username || owner) && said.source === (source || 'end_user'));
  const [own, other] = [saidIn(given), saidIn(held)];
  if (timestamp !== undefined && own !== undefined && other !== undefined && other.updatedAt > own.updatedAt)
    return true;
  const untimed = { createdAt: undefined, updatedAt: undefined };
  return isDeepStrictEqual(own && { ...own, ...untimed }, other && { ...other, ...untimed });
}

function isKnown(event: Event, given: ConversationSnapshot, held: ConversationSnapshot): boolean {
  const messageIn = ({ messages }: ConversationSnapshot) =>
    messages.find(({ id }) => id === event.payload.id) ?? { feedback: [] };
  const [own, other] = [messageIn(given), messageIn(held)];
  switch (event.type) {
    case 'START_CONVERSATION':
      return isDeepStrictEqual(headOf(given), headOf(held));
    case 'ADD_MESSAGE':
      return 'id' in own && 'id' in other && isDeepStrictEqual(withoutFeedback(own), withoutFeedback(other));
    case 'UPDATE_MESSAGE':
      return isSaid(
        event.payload,
        { ...given, feedback: own.feedback },
        { ...held, feedback: other.feedback },
      );
    case 'UPDATE_CONVERSATION':
      return isSaid(event.payload, given, held);
    case 'END_CONVERSATION':
      return isDeepStrictEqual(given.endedAt, held.endedAt);
    default:
      return event satisfies never;
  }
}

/** @returns the events of a whole conversation that the log, which holds it as it stands, says nothing of */
export function missingFrom(held: ConversationSnapshot, events: readonly Event[]): Event[] {
  const given = fold(
    events.map((event, index) => ({
      ...event,
      conversationId: held.id,
      topic: held.topic,
      offset: index,
      version: index + 1,
      recordedAt: new Date(0),
    })),
  );
  return events.filter((event) => given === undefined || !isKnown(event, given, held));
}
