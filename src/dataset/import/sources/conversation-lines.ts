// Reads our own format `conversations` back: what each line comes to in the log, with the ids that it has in the file.
//
// A later file of the same conversation adds what is new. What an author says in it takes the place of all that they
// said before; what it no longer says stays, since a file may hold only a part.
import { checkFilled, checkMetadata, checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import { derivedId } from '../../../lib/ulid.ts';
import type { EndOfGeneration } from '../../../log/event.ts';
import { readJsonLine } from '../parse/json-line.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions, type StartEvent } from '../source.ts';
import {
  type ConversationRecord,
  conversationRecord,
  type FeedbackRecord,
  type ImpressionRecord,
  type MessageRecord,
} from './conversation-record.ts';

type Context = SourceOptions & { conversationId: string };
type Event = Entry['events'][number];

function metadataOf(given: ConversationRecord['metadata']): { metadata?: Record<string, never> } {
  return Object.keys(given).length === 0 ? {} : { metadata: checkMetadata('metadata', given) };
}

function startEvent({ topic, conversationId }: Context, record: ConversationRecord): StartEvent {
  const { model, username, title, metadata, startedAt } = record;
  return {
    id: derivedId(conversationId, 'START_CONVERSATION'),
    type: 'START_CONVERSATION',
    topic,
    conversationId,
    payload: {
      id: conversationId,
      model: {
        id: checkFilled('model.id', model.id, { bytes: 200 }),
        metadata: checkMetadata('model.metadata', model.metadata),
      },
      username: checkText('username', username, { bytes: 200 }),
      messages: [],
      ...(title !== null && { title: checkText('title', title, { bytes: 1_000 }) }),
      ...metadataOf(metadata),
      timestamp: startedAt,
    },
  };
}

/** How a generation ended; nothing of a message that was written as it is. */
function endOf(
  { maxMessageBytes }: Context,
  message: MessageRecord,
): Partial<Omit<EndOfGeneration, 'content'>> {
  const { status, reasoning, error, finishReason, usage, timings } = message;
  if (status === 'streaming') {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${message.id} was still being written: export the conversation again, now that it has ended.`,
    );
  }
  const told = [reasoning, error, finishReason, usage, timings].some((field) => field !== null);
  if (status === 'complete' && !told) return {};
  if (message.role !== 'assistant') {
    throw new AppError('INVALID_INPUT', `Message ${message.id} was not generated: only replies are.`);
  }
  return {
    status,
    ...(reasoning !== null && { reasoning: checkText('reasoning', reasoning, { bytes: maxMessageBytes }) }),
    ...(error !== null && { error: checkText('error', error, { bytes: maxMessageBytes }) }),
    ...(finishReason !== null && { finish_reason: checkText('finishReason', finishReason, { bytes: 200 }) }),
    ...(usage !== null && { usage }),
    ...(timings !== null && { timings }),
  };
}

/** A reply comes with its end in one event: no server may take it for one that is being written, and end it. */
function messageEvent(context: Context, message: MessageRecord): Event {
  const { conversationId, maxMessageBytes } = context;
  const { id, role, content, parentId, model, parameters, metadata, createdAt } = message;
  return {
    id: derivedId(id, 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE',
    conversationId,
    payload: {
      id,
      conversation_id: conversationId,
      role,
      content: checkText('content', content, { bytes: maxMessageBytes }),
      rating: '',
      feedback: '',
      timestamp: createdAt,
      parent_id: parentId,
      ...(model !== null && { model: checkFilled('model', model, { bytes: 200 }) }),
      ...(parameters !== null && { parameters }),
      ...metadataOf(metadata),
      ...endOf(context, message),
    },
  };
}

/** All that an author says: what is not said is withdrawn, where it was said before. */
function impressionFields({ maxMessageBytes }: Context, given: ImpressionRecord) {
  const { username, source, rating, score, comment, tags, updatedAt } = given;
  return {
    username: checkText('username', username, { bytes: 200 }),
    source,
    rating,
    score,
    feedback: comment === null ? null : checkText('comment', comment, { bytes: maxMessageBytes }),
    tags: tags.map((tag) => checkText('A tag', tag, { bytes: 100 })),
    ...(updatedAt !== undefined && { timestamp: updatedAt }),
  };
}

function feedbackEvent(context: Context, id: string, given: FeedbackRecord): Event {
  const { correction, preferredOver, tiedWith } = given;
  const bytes = context.maxMessageBytes;
  const payload = {
    id,
    conversation_id: context.conversationId,
    ...impressionFields(context, given),
    correction: correction === null ? null : checkText('correction', correction, { bytes }),
    preferred_over: preferredOver,
    tied_with: tiedWith,
  };
  return {
    id: derivedId(id, `imported feedback ${JSON.stringify(payload)}`),
    type: 'UPDATE_MESSAGE',
    conversationId: context.conversationId,
    payload,
  };
}

function impressionEvent(context: Context, given: ImpressionRecord): Event {
  const { conversationId } = context;
  const payload = { id: conversationId, ...impressionFields(context, given) };
  return {
    id: derivedId(conversationId, `imported feedback ${JSON.stringify(payload)}`),
    type: 'UPDATE_CONVERSATION',
    conversationId,
    payload,
  };
}

function endEvents({ conversationId }: Context, { endedAt }: ConversationRecord): Event[] {
  if (endedAt === null) return [];
  const payload = { id: conversationId, timestamp: endedAt };
  return [
    { id: derivedId(conversationId, 'END_CONVERSATION'), type: 'END_CONVERSATION', conversationId, payload },
  ];
}

/** @throws AppError where the line can't be imported */
export function readConversationLine(line: string, options: SourceOptions): Entry {
  const { record } = readJsonLine(conversationRecord, line);
  const context = { ...options, conversationId: record.id };
  return {
    conversationId: record.id,
    conversationName: record.id,
    events: [
      startEvent(context, record),
      ...record.messages.map((message) => messageEvent(context, message)),
      // After all messages: a choice names siblings, which may come later than the message that it is on.
      ...record.messages.flatMap(({ id, feedback }) =>
        feedback.map((given) => feedbackEvent(context, id, given)),
      ),
      ...record.feedback.map((given) => impressionEvent(context, given)),
      ...endEvents(context, record),
    ],
  };
}

/** The format `conversations`, as it is exported. */
export function readConversationLines(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), (line) => readConversationLine(line, options));
}
