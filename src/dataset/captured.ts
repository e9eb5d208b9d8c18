// A conversation that another system recorded, before it has ids: what every foreign format comes to, and the events
// that this comes to in the log. The ids follow from the content, so that it is imported once however often it is read.
import { checkFilled, checkText } from '../conversation/text.ts';
import { AppError } from '../errors.ts';
import type { FeedbackFields, Role } from '../log/event.ts';
import { derivedId } from '../log/identifier.ts';
import { keep } from './ensign-fields.ts';
import type { Occurrences } from './occurrences.ts';
import type { Literal } from './python-literal.ts';
import type { Entry, SourceOptions } from './source.ts';

export type CapturedMessage = {
  role: Role;
  content: string;
  /** Its number among the messages; absent: the one before it. */
  parent?: number;
  metadata?: Record<string, Literal>;
};

/** What the importer says of one of the messages; messages are named by their numbers. */
export type CapturedFeedback = Omit<FeedbackFields, 'preferred_over'> & {
  message: number;
  preferredOver?: number[];
};

export type Captured = {
  messages: CapturedMessage[];
  feedback: CapturedFeedback[];
  /** All that the line holds beside what is understood. */
  others: Record<string, Literal>;
};

/** A ULID whose time says nothing: the ids that follow from it are of 1970. */
const timeless = '00000000000000000000000000';

type Options = SourceOptions & { lines: Occurrences };

function addEvents(captured: Captured, conversationId: string, options: Options): Entry['events'] {
  const idOf = (index: number) => derivedId(conversationId, `message ${index}`);
  return captured.messages.map(({ role, content, parent, metadata }, index) => ({
    id: derivedId(idOf(index), 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE' as const,
    conversationId,
    payload: {
      id: idOf(index),
      conversation_id: conversationId,
      ...{ role, content: checkFilled('content', content, { bytes: options.maxMessageBytes }) },
      ...{ rating: '' as const, feedback: '' as const, timestamp: options.now().toISOString() },
      parent_id: index === 0 ? null : idOf(parent ?? index - 1),
      ...(metadata !== undefined && keep(metadata)),
    },
  }));
}

function feedbackEvents(captured: Captured, conversationId: string, options: Options): Entry['events'] {
  const idOf = (index: number) => derivedId(conversationId, `message ${index}`);
  return captured.feedback.map(({ message, preferredOver, ...said }) => ({
    id: derivedId(idOf(message), 'imported feedback'),
    type: 'UPDATE_MESSAGE' as const,
    conversationId,
    payload: {
      id: idOf(message),
      conversation_id: conversationId,
      username: options.username,
      ...said,
      ...(preferredOver !== undefined && { preferred_over: preferredOver.map(idOf) }),
    },
  }));
}

/**
 * @param line what it was read from: the same line again is the same conversation, unless it comes twice in one file
 * @throws AppError INVALID_INPUT where it can't be imported
 */
export function toEntry(captured: Captured, line: string, options: Options): Entry {
  if (captured.messages.length === 0) throw new AppError('INVALID_INPUT', 'There is no message in it.');
  const { topic } = options;
  const occurrence = options.lines.count(line);
  const conversationId = derivedId(timeless, `imported conversation ${topic} ${occurrence} ${line}`);
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
      ...addEvents(captured, conversationId, options),
      ...feedbackEvents(captured, conversationId, options),
    ],
  };
}
