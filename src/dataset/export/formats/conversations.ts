// Our own format: whole conversations, with all their branches and all feedback. The import reads back what is written
// here; when feedback was first given, and feedback that was withdrawn, stay in the log.
import type {
  ConversationFeedbackSnapshot,
  ConversationSnapshot,
  FeedbackSnapshot,
  MessageSnapshot,
} from '../../../log/fold/snapshot.ts';
import { isSelected, modelIdOf } from '../chat-messages.ts';
import type { Recipe } from '../recipe.ts';
import type { ExportRecord } from '../record.ts';
import { keyOf } from '../votes.ts';
import { type Format, type JsonSchema, lineSchema } from './format.ts';

const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const text = { type: 'string' };
const ids = { type: 'array', items: text };
const object = { type: 'object' };
const instant = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' };

const closed = (properties: { [key: string]: JsonSchema }): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const conversationFeedback = {
  username: text,
  source: { enum: ['end_user', 'reviewer', 'judge'] },
  rating: { enum: ['like', 'dislike', null] },
  score: nullable({ type: 'number', minimum: 0, maximum: 1 }),
  comment: nullable(text),
  tags: ids,
  updatedAt: instant,
};

const message = closed({
  id: text,
  parentId: nullable(text),
  role: { enum: ['system', 'user', 'assistant'] },
  content: text,
  reasoning: nullable(text),
  status: { enum: ['streaming', 'complete', 'stopped', 'interrupted', 'failed'] },
  error: nullable(text),
  model: nullable(text),
  parameters: nullable(object),
  finishReason: nullable(text),
  usage: nullable(object),
  timings: nullable(object),
  metadata: object,
  createdAt: instant,
  feedback: {
    type: 'array',
    items: closed({
      ...conversationFeedback,
      correction: nullable(text),
      preferredOver: ids,
      tiedWith: ids,
    }),
  },
});

function isCounted(feedback: Pick<FeedbackSnapshot, 'source' | 'tags'>, { source, tags }: Recipe): boolean {
  if (source !== undefined && !source.includes(feedback.source)) return false;
  return tags === undefined || feedback.tags.some((tag) => tags.includes(tag));
}

/** Whether the recipe selects the conversation as a whole. */
export function isWanted(conversation: ConversationSnapshot, recipe: Recipe): boolean {
  const { models, from, to, tags, source } = recipe;
  const { startedAt, messages } = conversation;
  if (from !== undefined && startedAt < from) return false;
  if (to !== undefined && startedAt >= to) return false;
  const replies = messages.filter(({ role }) => role === 'assistant');
  const untimed = { ...recipe, from: undefined, to: undefined };
  if (models !== undefined && !models.includes(modelIdOf(conversation, undefined))) {
    if (!replies.some((reply) => isSelected(conversation, reply, untimed))) return false;
  }
  const counted = replies.flatMap(({ feedback }) => feedback).filter((one) => isCounted(one, recipe));
  const raterCount = new Set(counted.map(keyOf)).size;
  const isFiltered = tags !== undefined || source !== undefined;
  return raterCount >= (recipe['min-raters'] ?? (isFiltered ? 1 : 0));
}

function renderFeedback<Feedback extends ConversationFeedbackSnapshot>({
  createdAt,
  updatedAt,
  ...fields
}: Feedback) {
  return { ...fields, updatedAt: updatedAt.toISOString() };
}

function renderMessage(snapshot: MessageSnapshot, recipe: Recipe) {
  return {
    id: snapshot.id,
    parentId: snapshot.parentId,
    role: snapshot.role,
    content: snapshot.content,
    reasoning: snapshot.reasoning,
    status: snapshot.status,
    error: snapshot.error,
    model: snapshot.modelId,
    parameters: snapshot.parameters,
    finishReason: snapshot.finishReason,
    usage: snapshot.usage,
    timings: snapshot.timings,
    metadata: snapshot.metadata,
    createdAt: snapshot.createdAt.toISOString(),
    feedback: snapshot.feedback.filter((one) => isCounted(one, recipe)).map(renderFeedback),
  };
}

/** The messages that the recipe selects; one whose parent is left out continues the nearest ancestor that stays. */
function messagesOf({ messages }: ConversationSnapshot, { roles, system }: Recipe): MessageSnapshot[] {
  const isKept = ({ role }: MessageSnapshot) =>
    roles.includes(role) && (role !== 'system' || system === 'keep');
  const nearestKept = new Map<string, string | null>();
  return messages.flatMap((one) => {
    const parentId = one.parentId === null ? null : (nearestKept.get(one.parentId) ?? null);
    nearestKept.set(one.id, isKept(one) ? one.id : parentId);
    return isKept(one) ? [{ ...one, parentId }] : [];
  });
}

function renderConversation(snapshot: ConversationSnapshot, messages: MessageSnapshot[], recipe: Recipe) {
  return {
    id: snapshot.id,
    topic: snapshot.topic,
    model: snapshot.model,
    username: snapshot.username,
    title: snapshot.title,
    metadata: snapshot.metadata,
    startedAt: snapshot.startedAt.toISOString(),
    endedAt: snapshot.endedAt?.toISOString() ?? null,
    feedback: snapshot.feedback.map(renderFeedback),
    messages: messages.map((one) => renderMessage(one, recipe)),
  };
}

export const conversations: Format = {
  label: 'Conversations with all their feedback',
  summary: 'whole conversations with all feedback, as JSON lines',
  schema: lineSchema('Conversation', {
    id: text,
    topic: text,
    model: closed({ id: text, metadata: object }),
    username: text,
    title: nullable(text),
    metadata: object,
    startedAt: instant,
    endedAt: nullable(instant),
    feedback: { type: 'array', items: closed(conversationFeedback) },
    messages: { type: 'array', items: message },
  }),
  holdsUsernames: true,
  isLabelled: false,
  records({ snapshot }, recipe): ExportRecord[] {
    if (!isWanted(snapshot, recipe)) return [];
    const messages = messagesOf(snapshot, recipe);
    const feedback = messages.flatMap((one) => one.feedback);
    const authors = [...new Map(feedback.map((one) => [keyOf(one), one])).values()];
    return [
      {
        value: renderConversation(snapshot, messages, recipe),
        from: 'conversation',
        model: snapshot.model.id,
        messageIds: messages.map(({ id }) => id),
        authors: authors.map(({ username, source }) => ({ username, source })),
      },
    ];
  },
};
