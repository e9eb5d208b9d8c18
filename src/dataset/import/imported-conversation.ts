// A conversation that a line of training data shows, before it has ids, and the events that it comes to in the log.
// The ids follow from the content: it is imported once, however often it is read.
import { checkFilled, checkText } from '../../conversation/validate-text.ts';
import { AppError } from '../../errors.ts';
import { derivedId } from '../../lib/ulid.ts';
import type { FeedbackFields, Role } from '../../log/event.ts';
import type { Occurrences } from './occurrences.ts';
import type { Literal } from './parse/python-literal.ts';
import type { Entry, SourceOptions } from './source.ts';
import { keep } from './sources/ensign-fields.ts';

export type ImportedMessage = {
  role: Role;
  content: string;
  /** Its number among the messages; absent: the one before it. */
  parent?: number;
  /** All that the line says of it beside. */
  others: Record<string, Literal>;
};

/** What the importer says of one of the messages, which are named by their numbers from 0. */
export type ImportedFeedback = Pick<FeedbackFields, 'rating'> & {
  message: number;
  preferredOver?: number[];
};

export type ImportedConversation = {
  messages: ImportedMessage[];
  feedback: ImportedFeedback[];
  /** All that the line holds beside. */
  others: Record<string, Literal>;
};

/** A ULID whose time says nothing: the ids that follow from it are of 1970. */
const timeless = '00000000000000000000000000';

type Context = SourceOptions & {
  conversationId: string;
  idOf: (message: number) => string;
};

function addEvent(context: Context, captured: ImportedMessage, index: number): Entry['events'][number] {
  const { conversationId, idOf, maxMessageBytes, now } = context;
  const { role, content, parent = index - 1, others } = captured;
  return {
    id: derivedId(idOf(index), 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE',
    conversationId,
    payload: {
      id: idOf(index),
      conversation_id: conversationId,
      role,
      content: checkFilled(`The text of message ${index + 1}`, content, { bytes: maxMessageBytes }),
      rating: '',
      feedback: '',
      timestamp: now().toISOString(),
      parent_id: index === 0 ? null : idOf(parent),
      ...keep(others),
    },
  };
}

function feedbackEvent(context: Context, captured: ImportedFeedback): Entry['events'][number] {
  const { conversationId, idOf, username } = context;
  const { message, preferredOver, ...said } = captured;
  return {
    id: derivedId(idOf(message), 'imported feedback'),
    type: 'UPDATE_MESSAGE',
    conversationId,
    payload: {
      id: idOf(message),
      conversation_id: conversationId,
      username,
      ...said,
      ...(preferredOver !== undefined && { preferred_over: preferredOver.map(idOf) }),
    },
  };
}

/**
 * @param source.canonical what it was read from: the same again is the same conversation, unless one file has it twice
 * @param source.lines counts what the file had before
 * @throws AppError where it can't be imported
 */
export function toEntry(
  captured: ImportedConversation,
  { canonical, lines }: { canonical: string; lines: Occurrences },
  options: SourceOptions,
): Entry {
  if (captured.messages.length === 0) throw new AppError('INVALID_INPUT', 'There is no message in it.');
  const { topic } = options;
  const purpose = `imported conversation ${topic} ${lines.count(canonical)} ${canonical}`;
  const conversationId = derivedId(timeless, purpose);
  const idOf = (index: number) => derivedId(conversationId, `imported message ${index}`);
  const context = { ...options, conversationId, idOf };
  return {
    conversationId,
    conversationName: conversationId,
    events: [
      {
        id: derivedId(conversationId, 'START_CONVERSATION'),
        type: 'START_CONVERSATION',
        topic,
        conversationId,
        payload: {
          id: conversationId,
          model: { id: 'unknown', metadata: {} },
          username: checkText('username', options.username, { bytes: 200 }),
          messages: [],
          ...keep(captured.others),
        },
      },
      ...captured.messages.map((message, index) => addEvent(context, message, index)),
      ...captured.feedback.map((given) => feedbackEvent(context, given)),
    ],
  };
}
