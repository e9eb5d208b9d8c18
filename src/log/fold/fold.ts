// The pure function from the events of a conversation to the conversation as it stood. It is the second reading of
// what prisma/functions/project_events.sql says first, without a database; a property test holds the two equal.
// Signals and counts, which are made of many conversations, are no part of it.
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

/** What fold reads of an event: one of the log, or one as the GraphQL API gives it. */
export type FoldableEvent = {
  topic: string;
  offset: number;
  type: EventType;
  conversationId: string;
  version: number;
  /** A Date, or RFC 3339. */
  recordedAt: Date | string;
  payload: unknown;
};

// An object that a client gave is passed on as it is: nothing in it is looked at, and nothing lost.
const anyObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const startPayload = startConversationSchema.extend({
  model: startConversationSchema.shape.model.extend({ metadata: anyObject }),
  metadata: anyObject.optional(),
});
// A log may hold signals that a later version knows.
const updatePayload = updateMessageSchema.extend({ signal: z.string().optional() });
const messagePayload = addMessageSchema.extend({ metadata: anyObject.optional() });

type GenerationResultFields = Pick<
  z.output<typeof messagePayload>,
  'reasoning' | 'error' | 'finish_reason' | 'usage' | 'timings'
>;

type MessageBuilder = Omit<MessageSnapshot, 'feedback'> & { feedback: Records<FeedbackSnapshot> };
/** A snapshot that is being made, with its parts where a step finds them at once: folding is linear. */
type SnapshotBuilder = Omit<ConversationSnapshot, 'messages' | 'feedback'> & {
  feedback: Records<ConversationFeedbackSnapshot>;
  messages: Map<string, MessageBuilder>;
};

/**
 * The conversation after the given events, in time linear in their number. For consumers: `import { fold } from
 * 'afterword/fold'`.
 * @param events of one conversation, from its first on, in their order, none left out; one that comes twice counts once
 * @returns undefined where there are no events
 * @throws Error where an event is missing or of another conversation; ZodError where a payload can't be
 */
export function fold(events: Iterable<FoldableEvent>): ConversationSnapshot | undefined {
  let builder: SnapshotBuilder | undefined;
  for (const event of events) builder = applyEvent(builder, event);
  return builder && toSnapshot(builder);
}

/**
 * The conversation after one more event: fold of n events is apply, n times. It leaves the snapshot that it is given
 * as it is, and copies it; to read many events, fold them.
 * @throws as fold
 */
export function apply(
  snapshot: ConversationSnapshot | undefined,
  event: FoldableEvent,
): ConversationSnapshot {
  return toSnapshot(applyEvent(snapshot && toBuilder(snapshot), event));
}

function toSnapshot({
  messages,
  feedback: impressions,
  ...conversation
}: SnapshotBuilder): ConversationSnapshot {
  const shown = [...messages.values()].map(({ feedback, ...message }) => ({
    ...message,
    feedback: [...feedback.values()],
  }));
  return { ...conversation, feedback: [...impressions.values()], messages: shown };
}

function toBuilder({
  messages,
  feedback: impressions,
  ...conversation
}: ConversationSnapshot): SnapshotBuilder {
  const messageBuilders = messages.map(({ feedback, ...message }): [string, MessageBuilder] => [
    message.id,
    { ...message, feedback: recordsOf(feedback) },
  ]);
  return { ...conversation, feedback: recordsOf(impressions), messages: new Map(messageBuilders) };
}

function applyEvent(before: SnapshotBuilder | undefined, event: FoldableEvent): SnapshotBuilder {
  // Whoever follows the log may be given an event again after a reconnect.
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

/** @throws Error where the event does not continue the conversation */
function isAlreadyApplied(builder: SnapshotBuilder, { conversationId, version }: FoldableEvent): boolean {
  if (builder.id !== conversationId) {
    throw new Error(`Event ${version} of conversation ${conversationId} is none of ${builder.id}.`);
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

/** What is known of a reply only when it has ended. */
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
