// Reads our own format `conversations` back: the events of each line, with the ids of the file.
//
// A later file of the same conversation adds what is new. An author's feedback in it replaces all their earlier feedback;
// feedback that the file lacks stays, since a file may contain only a part.
import { checkFilled, checkMetadata, checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import { derivedId } from '../../../lib/ulid.ts';
import type { EndOfGeneration } from '../../../log/event.ts';
import {
  conversationFeedbackEvent,
  endEvent,
  feedbackEvent,
  messageEvent,
  startEvent,
} from '../../../log/new-event.ts';
import { readJsonLine } from '../parse/json-line.ts';
import { readLines } from '../parse/lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from '../source.ts';
import {
  type ConversationFeedbackRecord,
  type ConversationRecord,
  conversationRecord,
  type FeedbackRecord,
  type MessageRecord,
} from './conversation-record.ts';

type Context = SourceOptions & { conversationId: string };
type Event = Entry['events'][number];

function metadataOf(metadata: ConversationRecord['metadata']): { metadata?: Record<string, never> } {
  return Object.keys(metadata).length === 0 ? {} : { metadata: checkMetadata('metadata', metadata) };
}

function startOf(context: Context, record: ConversationRecord): Event {
  const { model, username, title, metadata, startedAt } = record;
  return startEvent(context, {
    model: {
      id: checkFilled('model.id', model.id, { bytes: 200 }),
      metadata: checkMetadata('model.metadata', model.metadata),
    },
    username: checkText('username', username, { bytes: 200 }),
    ...(title !== null && { title: checkText('title', title, { bytes: 1_000 }) }),
    ...metadataOf(metadata),
    timestamp: startedAt,
  });
}

/** The outcome of a generation; no fields if the message was not generated. */
function outcomeOf(
  { maxMessageBytes }: Context,
  message: MessageRecord,
): Partial<Omit<EndOfGeneration, 'content'>> {
  const { status, reasoning, error, finishReason, usage, timings } = message;
  if (status === 'streaming') {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${message.id} was still streaming when it was exported: export the conversation again.`,
    );
  }
  const hasDetails = [reasoning, error, finishReason, usage, timings].some((field) => field !== null);
  if (status === 'complete' && !hasDetails) return {};
  if (message.role !== 'assistant') {
    throw new AppError(
      'INVALID_INPUT',
      `Message ${message.id} has the outcome of a generation, but only a reply can: its role is ${message.role}.`,
    );
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

/** A reply and its outcome are one event: no server may mistake it for a reply in progress, and end it. */
function addEvent(context: Context, message: MessageRecord): Event {
  const { conversationId, maxMessageBytes } = context;
  const { id, role, content, parentId, model, parameters, metadata, createdAt } = message;
  return messageEvent(
    { messageId: id, conversationId },
    {
      role,
      content: checkText('content', content, { bytes: maxMessageBytes }),
      timestamp: createdAt,
      parent_id: parentId,
      ...(model !== null && { model: checkFilled('model', model, { bytes: 200 }) }),
      ...(parameters !== null && { parameters }),
      ...metadataOf(metadata),
      ...outcomeOf(context, message),
    },
  );
}

/** All fields of an author's feedback: one that the file lacks is withdrawn. */
function conversationFeedbackFields({ maxMessageBytes }: Context, feedback: ConversationFeedbackRecord) {
  const { username, source, rating, score, comment, tags, updatedAt } = feedback;
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

const feedbackIdOf = (id: string) => (payload: object) =>
  derivedId(id, `imported feedback ${JSON.stringify(payload)}`);

function changeEvent(context: Context, id: string, feedback: FeedbackRecord): Event {
  const { correction, preferredOver, tiedWith } = feedback;
  const { conversationId, maxMessageBytes: bytes } = context;
  const change = {
    ...conversationFeedbackFields(context, feedback),
    correction: correction === null ? null : checkText('correction', correction, { bytes }),
    preferred_over: preferredOver,
    tied_with: tiedWith,
  };
  return feedbackEvent({ messageId: id, conversationId }, change, feedbackIdOf(id));
}

function conversationChangeEvent(context: Context, feedback: ConversationFeedbackRecord): Event {
  const { conversationId } = context;
  const change = conversationFeedbackFields(context, feedback);
  return conversationFeedbackEvent(conversationId, change, feedbackIdOf(conversationId));
}

/** @throws AppError if the line can't be imported */
export function readConversationLine(line: string, options: SourceOptions): Entry {
  const { record } = readJsonLine(conversationRecord, line);
  const context = { ...options, conversationId: record.id };
  return {
    conversationId: record.id,
    conversationName: record.id,
    events: [
      startOf(context, record),
      ...record.messages.map((message) => addEvent(context, message)),
      // After all messages: a choice names siblings, which may come after the chosen message.
      ...record.messages.flatMap(({ id, feedback }) => feedback.map((one) => changeEvent(context, id, one))),
      ...record.feedback.map((one) => conversationChangeEvent(context, one)),
      ...(record.endedAt === null ? [] : [endEvent(record.id, { timestamp: record.endedAt })]),
    ],
  };
}

/** The format `conversations`, as it is exported. */
export function readConversationLines(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), (line) => readConversationLine(line, options));
}
