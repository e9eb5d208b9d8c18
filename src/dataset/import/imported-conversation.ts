// A conversation as a line of training data contains it, without ids, and the events that it becomes in the log.
// Its ids are derived from the content: it is imported once, however often it is read.
import { checkFilled, checkText } from '../../conversation/validate-text.ts';
import { AppError } from '../../errors.ts';
import { derivedId } from '../../lib/ulid.ts';
import type { FeedbackFields, Role } from '../../log/event.ts';
import { feedbackEvent, messageEvent, startEvent } from '../../log/new-event.ts';
import { importedConversationId } from './imported-id.ts';
import { keepAsMetadata } from './kept-metadata.ts';
import type { Occurrences } from './occurrences.ts';
import type { JsonValue } from './parse/json-line.ts';
import type { Entry, SourceOptions } from './source.ts';

export type ImportedMessage = {
  role: Role;
  content: string;
  /** Index of its parent among the messages. Absent: the message before it. */
  parent?: number;
  /** All its other fields. */
  others: Record<string, JsonValue>;
};

/** Feedback on one of the messages, which are named by their indexes. */
export type ImportedFeedback = Pick<FeedbackFields, 'rating'> & {
  message: number;
  preferredOver?: number[];
};

export type ImportedConversation = {
  messages: ImportedMessage[];
  feedback: ImportedFeedback[];
  /** All other fields of the line. */
  others: Record<string, JsonValue>;
};

type Context = SourceOptions & {
  conversationId: string;
  idOf: (message: number) => string;
};

function addEvent(context: Context, imported: ImportedMessage, index: number): Entry['events'][number] {
  const { conversationId, idOf, maxMessageBytes, now } = context;
  const { role, content, parent = index - 1, others } = imported;
  return messageEvent(
    { messageId: idOf(index), conversationId },
    {
      role,
      content: checkFilled(`The text of message ${index + 1}`, content, { bytes: maxMessageBytes }),
      timestamp: now().toISOString(),
      parent_id: index === 0 ? null : idOf(parent),
      ...keepAsMetadata(others),
    },
  );
}

function changeEvent(context: Context, imported: ImportedFeedback): Entry['events'][number] {
  const { conversationId, idOf, username } = context;
  const { message, preferredOver, ...fields } = imported;
  const messageId = idOf(message);
  const change = {
    username,
    ...fields,
    ...(preferredOver !== undefined && { preferred_over: preferredOver.map(idOf) }),
  };
  return feedbackEvent({ messageId, conversationId }, change, () =>
    derivedId(messageId, 'imported feedback'),
  );
}

/**
 * @param source.canonical the line without its formatting: an equal line of another import is the same conversation,
 * an equal line of the same file is another one
 * @param source.lines counts the lines of the file
 * @throws AppError if the conversation can't be imported
 */
export function toEntry(
  imported: ImportedConversation,
  { canonical, lines }: { canonical: string; lines: Occurrences },
  options: SourceOptions,
): Entry {
  if (imported.messages.length === 0)
    throw new AppError('INVALID_INPUT', 'The conversation has no messages: give at least one.');
  const { topic } = options;
  const conversationId = importedConversationId(
    `imported conversation ${topic} ${lines.count(canonical)} ${canonical}`,
  );
  const idOf = (index: number) => derivedId(conversationId, `imported message ${index}`);
  const context = { ...options, conversationId, idOf };
  return {
    conversationId,
    conversationName: conversationId,
    events: [
      startEvent(
        { conversationId, topic },
        {
          model: { id: 'unknown', metadata: {} },
          username: checkText('username', options.username, { bytes: 200 }),
          ...keepAsMetadata(imported.others),
        },
      ),
      ...imported.messages.map((message, index) => addEvent(context, message, index)),
      ...imported.feedback.map((feedback) => changeEvent(context, feedback)),
    ],
  };
}
