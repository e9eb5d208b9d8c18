// Our own format: whole conversations, with all their branches and all that was said of them. What it writes, the
// import reads; when feedback was first given, and what was withdrawn since, stays in the log.
import type {
  ConversationSnapshot,
  FeedbackSnapshot,
  ConversationFeedbackSnapshot,
  MessageSnapshot,
} from '../../../log/fold/fold.ts';
import { isChosen, modelOf } from '../chat-messages.ts';
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

const impression = {
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
    items: closed({ ...impression, correction: nullable(text), preferredOver: ids, tiedWith: ids }),
  },
});

/** Whether the conversation has what was asked for. */
export function isWanted(conversation: ConversationSnapshot, recipe: Recipe): boolean {
  const { models, from, to, tags, source } = recipe;
  const { startedAt, messages } = conversation;
  if (from !== undefined && startedAt < from) return false;
  if (to !== undefined && startedAt >= to) return false;
  const replies = messages.filter(({ role }) => role === 'assistant');
  const untimed = { ...recipe, from: undefined, to: undefined };
  if (models !== undefined && !models.includes(modelOf(conversation, undefined))) {
    if (!replies.some((reply) => isChosen(conversation, reply, untimed))) return false;
  }
  const given = replies.flatMap(({ feedback }) => feedback).filter((one) => countsFor(one, recipe));
  const raters = new Set(given.map(keyOf)).size;
  const isAsked = tags !== undefined || source !== undefined;
  return raters >= (recipe['min-raters'] ?? (isAsked ? 1 : 0));
}

function countsFor(given: Pick<FeedbackSnapshot, 'source' | 'tags'>, { source, tags }: Recipe): boolean {
  if (source !== undefined && !source.includes(given.source)) return false;
  return tags === undefined || given.tags.some((tag) => tags.includes(tag));
}

function renderSaid<Said extends ConversationFeedbackSnapshot>({ createdAt, updatedAt, ...said }: Said) {
  return { ...said, updatedAt: updatedAt.toISOString() };
}

function renderMessage({ modelId, createdAt, feedback, ...message }: MessageSnapshot, recipe: Recipe) {
  const { id, parentId, role, content, reasoning, status, error, metadata } = message;
  const { parameters, finishReason, usage, timings } = message;
  return {
    ...{ id, parentId, role, content, reasoning, status, error },
    ...{ model: modelId, parameters, finishReason, usage, timings, metadata },
    createdAt: createdAt.toISOString(),
    feedback: feedback.filter((given) => countsFor(given, recipe)).map(renderSaid),
  };
}

/** What stays of a conversation; a message whose parent goes continues the nearest one that stays. */
function messagesOf({ messages }: ConversationSnapshot, { roles, system }: Recipe): MessageSnapshot[] {
  const stays = ({ role }: MessageSnapshot) =>
    roles.includes(role) && (role !== 'system' || system === 'keep');
  const parents = new Map<string, string | null>();
  return messages.flatMap((message) => {
    const { id, parentId } = message;
    const nearest = parentId === null ? null : (parents.get(parentId) ?? null);
    parents.set(id, stays(message) ? id : nearest);
    return stays(message) ? [{ ...message, parentId: nearest }] : [];
  });
}

export const conversations: Format = {
  label: 'Conversations, whole',
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
    feedback: { type: 'array', items: closed(impression) },
    messages: { type: 'array', items: message },
  }),
  holdsUsernames: true,
  isLabelled: false,
  records({ snapshot }, recipe): ExportRecord[] {
    if (!isWanted(snapshot, recipe)) return [];
    const { id, topic, model, username, title, metadata, startedAt, endedAt } = snapshot;
    const messages = messagesOf(snapshot, recipe);
    const value = {
      ...{ id, topic, model, username, title, metadata },
      startedAt: startedAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      feedback: snapshot.feedback.map(renderSaid),
      messages: messages.map((message) => renderMessage(message, recipe)),
    };
    const given = messages.flatMap(({ feedback }) => feedback);
    const authors = [...new Map(given.map((one) => [keyOf(one), one])).values()];
    return [
      {
        value,
        from: 'conversation',
        model: model.id,
        messageIds: messages.map((message) => message.id),
        authors: authors.map(({ username: name, source }) => ({ username: name, source })),
      },
    ];
  },
};
