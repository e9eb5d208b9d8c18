// A conversation that a line of training data shows, before it has ids, and the events that it comes to in the log.
// The ids follow from the content: it is imported once, however often it is read.
import { checkFilled, checkText } from '../../conversation/validate-text.ts';
import { AppError } from '../../errors.ts';
import { derivedId } from '../../lib/ulid.ts';
import type { FeedbackFields, Role } from '../../log/event.ts';
import { feedbackEvent, messageEvent, startEvent } from '../../log/new-event.ts';
import { importedConversationId } from './imported-id.ts';
import { keepAsMetadata } from './kept-metadata.ts';
import type { Occurrences } from './occurrences.ts';
import type { Literal } from './parse/python-literal.ts';
import type { Entry, SourceOptions } from './source.ts';

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
 * @param source.canonical what it was read from: the same again is the same conversation, unless one file has it twice
 * @param source.lines counts what the file had before
 * @throws AppError where it can't be imported
 */
export function toEntry(
  imported: ImportedConversation,
  { canonical, lines }: { canonical: string; lines: Occurrences },
  options: SourceOptions,
): Entry {
  if (imported.messages.length === 0) throw new AppError('INVALID_INPUT', 'There is no message in it.');
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
