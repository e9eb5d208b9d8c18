// A pure function from the events of a conversation to its state. It does without a database what
// prisma/functions/project does in SQL; property tests compare the two. Signals and counts are not part of it.
import { z } from 'zod';
import {
  addMessageSchema,
  type EventType,
  endConversationSchema,
  startConversationSchema,
  updateConversationSchema,
  updateMessageSchema,
} from '../event.ts';
import { foldConversationFeedback, foldFeedback, type Records, recordsOf } from './fold-feedback.ts';
import { instantOf } from './instant.ts';
import type {
  ConversationFeedbackSnapshot,
  ConversationSnapshot,
  FeedbackSnapshot,
  MessageSnapshot,
} from './snapshot.ts';

export {
  type ConversationFeedbackSnapshot,
  type ConversationSnapshot,
  type FeedbackSnapshot,
  type MessageSnapshot,
  threadOf,
} from './snapshot.ts';

/** The fields of an event that fold reads: of a log event, or of an Event of the GraphQL API. */
export type FoldableEvent = {
  topic: string;
  offset: number;
  type: EventType;
  conversationId: string;
  version: number;
  /** A Date, or text in RFC 3339. */
  recordedAt: Date | string;
  payload: unknown;
};

// Objects that clients provide are passed on unchanged, without a look inside.
const anyObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const startPayload = startConversationSchema.extend({
  model: startConversationSchema.shape.model.extend({ metadata: anyObject }),
  metadata: anyObject.optional(),
});
// A log may contain signals of a later version.
const updatePayload = updateMessageSchema.extend({ signal: z.string().optional() });
const messagePayload = addMessageSchema.extend({ metadata: anyObject.optional() });

type GenerationResultFields = Pick<
  z.output<typeof messagePayload>,
  'reasoning' | 'error' | 'finish_reason' | 'usage' | 'timings'
>;

type MessageBuilder = Omit<MessageSnapshot, 'feedback'> & { feedback: Records<FeedbackSnapshot> };
/** A snapshot under construction. Its parts are in maps, so that folding takes linear time. */
type SnapshotBuilder = Omit<ConversationSnapshot, 'messages' | 'feedback'> & {
  feedback: Records<ConversationFeedbackSnapshot>;
  messages: Map<string, MessageBuilder>;
};

/**
 * The conversation after the given events, in time linear in their number. Consumers import it from 'afterword/fold'.
 * @param events all events of one conversation from its first, in order; repeated events count once
 * @returns undefined if there are no events
 * @throws Error if an event is missing or belongs to another conversation; ZodError if a payload is invalid
 */
export function fold(events: Iterable<FoldableEvent>): ConversationSnapshot | undefined {
  let builder: SnapshotBuilder | undefined;
  for (const event of events) builder = applyEvent(builder, event);
  return builder && toSnapshot(builder);
}

/**
 * The conversation after one more event. Folding n events equals applying them one by one, but apply copies the
 * snapshot each time: use fold for many events.
 * @throws the same errors as fold
 */
export function apply(
  snapshot: ConversationSnapshot | undefined,
  event: FoldableEvent,
): ConversationSnapshot {
  return toSnapshot(applyEvent(snapshot && toBuilder(snapshot), event));
}

function toSnapshot({
  messages,
  feedback: conversationFeedback,
  ...conversation
}: SnapshotBuilder): ConversationSnapshot {
  const messageSnapshots = [...messages.values()].map(({ feedback, ...message }) => ({
    ...message,
    feedback: [...feedback.values()],
  }));
  return { ...conversation, feedback: [...conversationFeedback.values()], messages: messageSnapshots };
}

function toBuilder({
  messages,
  feedback: conversationFeedback,
  ...conversation
}: ConversationSnapshot): SnapshotBuilder {
  const messageBuilders = messages.map(({ feedback, ...message }): [string, MessageBuilder] => [
    message.id,
    { ...message, feedback: recordsOf(feedback) },
  ]);
  return { ...conversation, feedback: recordsOf(conversationFeedback), messages: new Map(messageBuilders) };
}

function applyEvent(before: SnapshotBuilder | undefined, event: FoldableEvent): SnapshotBuilder {
  // After a reconnect, a reader of the log may receive an event again.
  if (before !== undefined && isAlreadyApplied(before, event)) return before;
  const builder = before ?? startConversation(event);
  const { offset, version } = event;
  let { endedAt } = builder;
  switch (event.type) {
    case 'START_CONVERSATION':
      break;
    case 'ADD_MESSAGE':
      addMessage(builder, event);
      break;
    case 'UPDATE_MESSAGE':
      updateMessage(builder, event);
      break;
    case 'UPDATE_CONVERSATION':
      applyConversationFeedback(builder, event);
      break;
    case 'END_CONVERSATION':
      endedAt = instantOf(endConversationSchema.parse(event.payload).timestamp ?? event.recordedAt);
      break;
    default:
      event.type satisfies never;
  }
  return { ...builder, offset, version, endedAt };
}

/** @throws Error if the event does not continue the conversation */
function isAlreadyApplied(builder: SnapshotBuilder, { conversationId, version }: FoldableEvent): boolean {
  if (builder.id !== conversationId) {
    throw new Error(
      `Event ${version} of conversation ${conversationId} does not belong to conversation ${builder.id}.`,
    );
  }
  if (version > builder.version + 1) {
    throw new Error(
      `Event ${builder.version + 1} of conversation ${builder.id} is missing before ${version}.`,
    );
  }
  return version <= builder.version;
}

function startConversation({
  type,
  topic,
  offset,
  version,
  conversationId,
  recordedAt,
  payload,
}: FoldableEvent): SnapshotBuilder {
  if (type !== 'START_CONVERSATION' || version !== 1) {
    throw new Error(
      `Conversation ${conversationId} begins with version 1, START_CONVERSATION, not with ${version}, ${type}.`,
    );
  }
  const { model, username = '', title = '', metadata = {}, timestamp } = startPayload.parse(payload);
  return {
    id: conversationId,
    topic,
    model,
    username,
    title: title === '' ? null : title,
    metadata,
    offset,
    version,
    startedAt: instantOf(timestamp ?? recordedAt),
    endedAt: null,
    feedback: new Map(),
    messages: new Map(),
  };
}

function addMessage(builder: SnapshotBuilder, event: FoldableEvent): void {
  const payload = messagePayload.parse(event.payload);
  builder.messages.set(payload.id, {
    id: payload.id,
    parentId: payload.parent_id ?? null,
    role: payload.role,
    content: payload.content,
    status: payload.status ?? 'complete',
    ...generationResult(payload),
    modelId: payload.model ?? null,
    parameters: payload.parameters ?? null,
    metadata: payload.metadata ?? {},
    createdAt: instantOf(payload.timestamp),
    feedback: new Map(),
  });
}

/** The fields of a reply that are known once it has ended. */
function generationResult({ reasoning, error, finish_reason, usage, timings }: GenerationResultFields) {
  return {
    reasoning: reasoning || null,
    error: error ?? null,
    finishReason: finish_reason ?? null,
    usage: usage ?? null,
    timings: timings ?? null,
  };
}

function updateMessage(builder: SnapshotBuilder, event: FoldableEvent): void {
  const payload = updatePayload.parse(event.payload);
  const message = builder.messages.get(payload.id);
  if (message === undefined) {
    throw new Error(`Conversation ${builder.id} has no message ${payload.id} to update.`);
  }
  if (payload.status !== undefined) {
    builder.messages.set(message.id, {
      ...message,
      status: payload.status,
      content: payload.content ?? message.content,
      ...generationResult(payload),
    });
  }
  foldFeedback(message.feedback, payload, {
    owner: builder.username,
    at: instantOf(payload.timestamp ?? event.recordedAt),
    siblings: () =>
      [...builder.messages.values()]
        .filter(({ id, parentId }) => parentId === message.parentId && id !== message.id)
        .map(({ feedback }) => feedback),
  });
}

function applyConversationFeedback(builder: SnapshotBuilder, event: FoldableEvent): void {
  const payload = updateConversationSchema.parse(event.payload);
  const at = instantOf(payload.timestamp ?? event.recordedAt);
  foldConversationFeedback(builder.feedback, payload, { owner: builder.username, at });
}
