// Reads our own format: a conversation with its branches and feedback becomes the events that it came of. Ids stay.
import { z } from 'zod';
import { checkMetadata, checkText } from '../conversation/text.ts';
import { AppError } from '../errors.ts';
import {
  addMessageSchema,
  feedbackSourceSchema,
  finalStatusSchema,
  parametersSchema,
  ratingSchema,
  roleSchema,
  timingsSchema,
  usageSchema,
} from '../log/event.ts';
import { derivedId, isUlid } from '../log/identifier.ts';
import { readLines } from './lines.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from './source.ts';

const ulid = z.string().refine(isUlid, 'must be a ULID');
const timestamp = addMessageSchema.shape.timestamp;
const metadata = z.record(z.string(), z.unknown()).default({});

const impressionSchema = z.object({
  username: z.string(),
  source: feedbackSourceSchema.default('end_user'),
  rating: ratingSchema.nullish(),
  score: z.number().min(0).max(1).nullish(),
  comment: z.string().nullish(),
  tags: z.array(z.string()).default([]),
});

const messageSchema = z.object({
  id: ulid,
  parentId: ulid.nullable(),
  role: roleSchema,
  content: z.string(),
  reasoning: z.string().nullish(),
  // What was still streaming has nobody who goes on with it.
  status: finalStatusSchema
    .or(z.literal('streaming').transform(() => 'interrupted' as const))
    .default('complete'),
  error: z.string().nullish(),
  model: z.string().nullish(),
  parameters: parametersSchema.nullish(),
  finishReason: z.string().nullish(),
  usage: usageSchema.nullish(),
  timings: timingsSchema.nullish(),
  metadata,
  createdAt: timestamp,
  feedback: z
    .array(
      impressionSchema.extend({
        correction: z.string().nullish(),
        preferredOver: z.array(ulid).default([]),
        tiedWith: z.array(ulid).default([]),
      }),
    )
    .default([]),
});

const conversationSchema = z.object({
  id: ulid,
  model: z.object({ id: z.string(), metadata }),
  username: z.string(),
  title: z.string().nullish(),
  metadata,
  startedAt: timestamp.optional(),
  endedAt: timestamp.nullish(),
  feedback: z.array(impressionSchema).default([]),
  messages: z.array(messageSchema),
});

type Conversation = z.output<typeof conversationSchema>;
type Message = Conversation['messages'][number];
type Impression = z.output<typeof impressionSchema>;

const filled = (given: Record<string, unknown>) => Object.keys(given).length > 0;
const kept = (given: Record<string, unknown>) =>
  filled(given) ? { metadata: checkMetadata('metadata', given) } : {};

function parse(line: string): Conversation {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new AppError(
      'INVALID_INPUT',
      `The line is no JSON: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const { data, error } = conversationSchema.safeParse(value);
  if (data !== undefined) return data;
  const issue = error?.issues[0];
  throw new AppError('INVALID_INPUT', `${issue?.path.join('.') || 'The line'}: ${issue?.message}.`);
}

function startEvent({ id, model, username, title, startedAt, ...conversation }: Conversation, topic: string) {
  return {
    id: derivedId(id, 'START_CONVERSATION'),
    type: 'START_CONVERSATION' as const,
    topic,
    conversationId: id,
    payload: {
      id,
      model: { id: model.id, metadata: checkMetadata('model.metadata', model.metadata) },
      username: checkText('username', username, { bytes: 200 }),
      messages: [],
      ...(title != null && { title: checkText('title', title, { bytes: 1_000 }) }),
      ...kept(conversation.metadata),
      ...(startedAt !== undefined && { timestamp: startedAt }),
    },
  };
}

/** How a reply ended, where that says more than its text does. */
function endOf(message: Message) {
  const { status, content, reasoning, error, finishReason, usage, timings } = message;
  const said = [reasoning, error, finishReason, usage, timings];
  if (message.role !== 'assistant' || (status === 'complete' && said.every((value) => value == null)))
    return undefined;
  return {
    ...{ status, content },
    ...(reasoning != null && { reasoning }),
    ...(error != null && { error }),
    ...(finishReason != null && { finish_reason: finishReason }),
    ...(usage != null && { usage }),
    ...(timings != null && { timings }),
  };
}

function messageEvents(message: Message, conversationId: string, bytes: number): Entry['events'] {
  const { id, parentId, role, model, parameters, createdAt } = message;
  const content = checkText('content', message.content, { bytes });
  const end = endOf(message);
  const payload = {
    ...{ id, conversation_id: conversationId, role, content: end === undefined ? content : '' },
    ...{ rating: '' as const, feedback: '' as const, timestamp: createdAt, parent_id: parentId },
    ...(model != null && { model }),
    ...(parameters != null && { parameters }),
    ...kept(message.metadata),
    ...(end !== undefined && { status: 'streaming' as const }),
  };
  const added: Entry['events'][number] = {
    id: derivedId(id, 'ADD_MESSAGE'),
    type: 'ADD_MESSAGE',
    conversationId,
    payload,
  };
  if (end === undefined) return [added];
  const ended = { id, conversation_id: conversationId, ...end };
  return [
    added,
    { id: derivedId(id, 'imported end'), type: 'UPDATE_MESSAGE', conversationId, payload: ended },
  ];
}

function impressionFields({ username, source, rating, score, comment, tags }: Impression) {
  return {
    ...{ username, source },
    ...(rating != null && { rating }),
    ...(score != null && { score }),
    ...(comment != null && { feedback: comment }),
    ...(tags.length > 0 && { tags }),
  };
}

function feedbackEvents({ id, feedback }: Message, conversationId: string): Entry['events'] {
  return feedback.map((given) => {
    const { correction, preferredOver, tiedWith } = given;
    const payload = {
      ...{ id, conversation_id: conversationId, ...impressionFields(given) },
      ...(correction != null && { correction }),
      ...(preferredOver.length > 0 && { preferred_over: preferredOver }),
      ...(tiedWith.length > 0 && { tied_with: tiedWith }),
    };
    const purpose = `imported feedback ${JSON.stringify(payload)}`;
    return { id: derivedId(id, purpose), type: 'UPDATE_MESSAGE', conversationId, payload };
  });
}

function closingEvents({ id, feedback, endedAt }: Conversation): Entry['events'] {
  const said = feedback.map((given): Entry['events'][number] => {
    const payload = { id, ...impressionFields(given) };
    const purpose = `imported feedback ${JSON.stringify(payload)}`;
    return { id: derivedId(id, purpose), type: 'UPDATE_CONVERSATION', conversationId: id, payload };
  });
  if (endedAt == null) return said;
  const payload = { id, timestamp: endedAt };
  return [
    ...said,
    { id: derivedId(id, 'END_CONVERSATION'), type: 'END_CONVERSATION', conversationId: id, payload },
  ];
}

function toEntry(conversation: Conversation, options: SourceOptions): Entry {
  const { id, messages } = conversation;
  return {
    conversationId: id,
    conversationName: id,
    events: [
      startEvent(conversation, options.topic),
      ...messages.flatMap((message) => messageEvents(message, id, options.maxMessageBytes)),
      // A choice names siblings that may come later: all messages first.
      ...messages.flatMap((message) => feedbackEvents(message, id)),
      ...closingEvents(conversation),
    ],
  };
}

/** The format `conversations`. */
export function readConversationLines(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readLines(chunks), (line) => toEntry(parse(line), options));
}
