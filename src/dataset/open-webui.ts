// Reads the feedback that Open WebUI exports: a JSON array (or lines) of ratings, each with a snapshot of its chat
// (backend/open_webui/models/feedbacks.py there). Every branch of the chat comes in, once, with what was said of it.
import { z } from 'zod';
import { checkText } from '../conversation/text.ts';
import { AppError } from '../errors.ts';
import type { FeedbackFields } from '../log/event.ts';
import { derivedId } from '../log/identifier.ts';
import { readElements } from './elements.ts';
import { type Entry, readByLine, type Source, type SourceOptions, type StartEvent } from './source.ts';

const list = z.array(z.string()).nullish();

const chatMessage = z.object({
  id: z.string().min(1),
  parentId: z.string().nullish(),
  role: z.enum(['system', 'user', 'assistant'], { error: 'must be system, user or assistant' }),
  content: z.string({ error: 'must be a text' }),
  model: z.string().nullish(),
  timestamp: z.number().nullish(),
});
type ChatMessage = z.output<typeof chatMessage>;

const chat = z.object({
  title: z.string().nullish(),
  history: z.object({ messages: z.record(z.string(), chatMessage) }).nullish(),
});

const entrySchema = z.object({
  id: z.string().min(1),
  user_id: z.string().nullish(),
  data: z.object({
    rating: z
      .union([z.literal([1, -1]), z.enum(['1', '-1']).transform(Number)], { error: 'must be 1 or -1' })
      .nullish(),
    reason: z.string().nullish(),
    comment: z.string().nullish(),
    tags: list,
    details: z.object({ rating: z.number().min(1).max(10).nullish() }).nullish(),
  }),
  meta: z.object({ chat_id: z.string().min(1), message_id: z.string().min(1) }),
  snapshot: z.object({ chat: z.object({ chat }) }, { error: 'is missing: without it the chat is not known' }),
});
type FeedbackEntry = z.output<typeof entrySchema>;

/** A ULID whose time says nothing: the ids that follow from it are of 1970. */
const timeless = '00000000000000000000000000';

function parse(text: string): FeedbackEntry {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError(
      'INVALID_INPUT',
      `The entry is no JSON: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const { data, error } = entrySchema.safeParse(value);
  if (data !== undefined) return data;
  const issue = error?.issues[0];
  throw new AppError('INVALID_INPUT', `${issue?.path.join('.') || 'The entry'}: ${issue?.message}.`);
}

/** Parents before their children, else in the order of the file. */
function inOrder(messages: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const ordered = new Map<string, ChatMessage>();
  for (const message of messages) {
    const path: ChatMessage[] = [];
    for (let one: ChatMessage | undefined = message; one !== undefined && !ordered.has(one.id); ) {
      if (path.includes(one))
        throw new AppError('INVALID_INPUT', `Message ${one.id.slice(0, 60)} is its own ancestor.`);
      path.push(one);
      one = byId.get(one.parentId ?? '');
    }
    for (const one of path.reverse()) ordered.set(one.id, one);
  }
  return [...ordered.values()];
}

function feedbackFields({ data }: FeedbackEntry, bytes: number): FeedbackFields {
  const { rating, comment, reason, tags, details } = data;
  const keys = [...new Set([...(reason ? [reason] : []), ...(tags ?? [])].map((tag) => tag.trim()))];
  const grade = details?.rating;
  return {
    ...(rating != null && { rating: rating === 1 ? 'like' : 'dislike' }),
    // From 1 to 10 there.
    ...(grade != null && { score: grade / 10 }),
    ...(comment != null && comment.trim() !== '' && { feedback: checkText('comment', comment, { bytes }) }),
    ...(keys.length > 0 && {
      tags: keys.filter((tag) => tag !== '').map((tag) => checkText('A tag', tag, { bytes: 100 })),
    }),
  };
}

type Place = { conversationId: string; messageIdOf: (original: string) => string };

function addEvents(messages: readonly ChatMessage[], place: Place, options: SourceOptions): Entry['events'] {
  const { conversationId, messageIdOf } = place;
  const known = new Set(messages.map(({ id }) => id));
  return inOrder(messages).map(({ id: original, parentId, role, content, model, timestamp }) => {
    const id = messageIdOf(original);
    const at = timestamp == null ? options.now() : new Date(timestamp * 1_000);
    return {
      id: derivedId(id, 'ADD_MESSAGE'),
      type: 'ADD_MESSAGE',
      conversationId,
      payload: {
        ...{ id, conversation_id: conversationId, role },
        content: checkText('content', content, { bytes: options.maxMessageBytes }),
        ...{ rating: '' as const, feedback: '' as const, timestamp: at.toISOString() },
        parent_id: parentId != null && known.has(parentId) ? messageIdOf(parentId) : null,
        ...(role === 'assistant' && model != null && { model: checkText('model', model, { bytes: 200 }) }),
        metadata: { open_webui_id: original },
      },
    };
  });
}

function toEntry(entry: FeedbackEntry, options: SourceOptions): Entry {
  const { meta, snapshot } = entry;
  const { topic } = options;
  const conversationId = derivedId(timeless, `open-webui chat ${topic} ${meta.chat_id}`);
  const messageIdOf = (original: string) => derivedId(conversationId, `open-webui message ${original}`);
  const messages = Object.values(snapshot.chat.chat.history?.messages ?? {});
  const rated = messages.find(({ id }) => id === meta.message_id);
  if (rated === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      `The snapshot lacks message ${meta.message_id.slice(0, 60)}, which was rated.`,
    );
  }
  const username = checkText('user_id', entry.user_id ?? options.username, { bytes: 200 });
  const opening = (): StartEvent => ({
    id: derivedId(conversationId, 'START_CONVERSATION'),
    type: 'START_CONVERSATION',
    topic,
    conversationId,
    payload: {
      ...{
        id: conversationId,
        model: { id: rated.model ?? 'unknown', metadata: {} },
        username,
        messages: [],
      },
      title: checkText('title', snapshot.chat.chat.title ?? '', { bytes: 1_000 }),
      metadata: { open_webui_chat: meta.chat_id },
    },
  });
  const id = messageIdOf(meta.message_id);
  const said = feedbackFields(entry, options.maxMessageBytes);
  const payload = { id, conversation_id: conversationId, username, ...said };
  const purpose = `open-webui feedback ${entry.id} ${JSON.stringify(said)}`;
  const update = { id: derivedId(id, purpose), type: 'UPDATE_MESSAGE', conversationId, payload } as const;
  return {
    conversationId,
    conversationName: meta.chat_id,
    events: [
      ...addEvents(messages, { conversationId, messageIdOf }, options),
      ...(Object.keys(said).length > 0 ? [update] : []),
    ],
    opening,
  };
}

/** The format `open-webui`. */
export function readOpenWebui(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readElements(chunks), (text) => toEntry(parse(text), options));
}
