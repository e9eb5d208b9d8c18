// Builds the events that are appended to the log, for the commands of the API and for importers alike.
// Plain functions: ids and times come in as arguments, and the same arguments build the same event.
import { derivedId } from '../lib/ulid.ts';
import type { NewEvent } from './event.ts';

type EventOf<Type extends NewEvent['type']> = Extract<NewEvent, { type: Type }>;
type PayloadOf<Type extends NewEvent['type']> = EventOf<Type>['payload'];

/** A START_CONVERSATION event that names the owner of the conversation. */
export type StartEvent = EventOf<'START_CONVERSATION'> & { payload: { username: string } };

/** The fields of the payloads that do not follow from the ids. */
type StartFields = Omit<StartEvent['payload'], 'id' | 'messages'>;
type MessageFields = Omit<PayloadOf<'ADD_MESSAGE'>, 'id' | 'conversation_id' | 'rating' | 'feedback'>;
export type FeedbackChange = Omit<PayloadOf<'UPDATE_MESSAGE'>, 'id' | 'conversation_id'>;
type ConversationFeedbackChange = Omit<PayloadOf<'UPDATE_CONVERSATION'>, 'id'>;
type EndFields = Omit<PayloadOf<'END_CONVERSATION'>, 'id'>;

/** Makes the id of an event. It may derive the id from the payload: importing the same feedback again repeats the event. */
type EventIdFactory = (payload: object) => string;

/** Starts a conversation. The event's id follows from the conversation's: a conversation starts once. */
export function startEvent(
  { conversationId, topic }: { conversationId: string; topic: string },
  fields: StartFields,
): StartEvent {
  return {
    id: derivedId(conversationId, 'START_CONVERSATION'),
    type: 'START_CONVERSATION',
    topic,
    conversationId,
    payload: { id: conversationId, messages: [], ...fields },
  };
}

/**
 * Adds a message. The event's id follows from the message's, so that a repeated request repeats the event.
 * @param fields.parent_id defaults to the newest message of the conversation; null starts a new thread
 */
export function messageEvent(
  { messageId, conversationId }: { messageId: string; conversationId: string },
  fields: MessageFields,
): EventOf<'ADD_MESSAGE'> {
  return {
    id: derivedId(messageId, 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE',
    conversationId,
    payload: { id: messageId, conversation_id: conversationId, rating: '', feedback: '', ...fields },
  };
}

/** Changes an author's feedback on a message; absent fields stay unchanged. */
export function feedbackEvent(
  { messageId, conversationId }: { messageId: string; conversationId: string },
  change: FeedbackChange,
  idOf: EventIdFactory,
): EventOf<'UPDATE_MESSAGE'> {
  const payload = { id: messageId, conversation_id: conversationId, ...change };
  return { id: idOf(payload), type: 'UPDATE_MESSAGE', conversationId, payload };
}

/** Changes an author's feedback on a conversation as a whole; absent fields stay unchanged. */
export function conversationFeedbackEvent(
  conversationId: string,
  change: ConversationFeedbackChange,
  idOf: EventIdFactory,
): EventOf<'UPDATE_CONVERSATION'> {
  const payload = { id: conversationId, ...change };
  return { id: idOf(payload), type: 'UPDATE_CONVERSATION', conversationId, payload };
}

/** Ends a conversation. The event's id follows from the conversation's: it ends once. */
export function endEvent(conversationId: string, fields: EndFields = {}): EventOf<'END_CONVERSATION'> {
  return {
    id: derivedId(conversationId, 'END_CONVERSATION'),
    type: 'END_CONVERSATION',
    conversationId,
    payload: { id: conversationId, ...fields },
  };
}
