// What the feedback of Open WebUI comes to in the log: each chat is one conversation, with all branches that any of its
// snapshots shows.
//
// Ids follow from those of Open WebUI, and a message's also from its text and from what comes before it: one that was
// edited between two snapshots is a sibling. They are kept as metadata.open_webui_id.
import { checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import { checkTag } from '../../../feedback/check-feedback.ts';
import { derivedId } from '../../../lib/ulid.ts';
import { feedbackEvent, messageEvent, type StartEvent, startEvent } from '../../../log/new-event.ts';
import { importedConversationId } from '../imported-id.ts';
import { readElements } from '../parse/json-array-splitter.ts';
import { readJsonLine } from '../parse/json-line.ts';
import { type Entry, readByLine, type Source, type SourceOptions } from '../source.ts';
import { type OpenWebuiMessage, type OpenWebuiRecord, openWebuiRecord } from './open-webui-record.ts';

/** A message with its ids here; a parent comes before its children. */
type Placed = { original: string; id: string; parentId: string | null; message: OpenWebuiMessage };
type Context = SourceOptions & { conversationId: string };

const modelOf = ({ selectedModelId, model }: OpenWebuiMessage) => selectedModelId ?? model;
const instantOf = (seconds: number) => new Date(seconds * 1_000).toISOString();

function place(messages: Record<string, OpenWebuiMessage>, conversationId: string): Placed[] {
  const children = new Map<string | undefined, [string, OpenWebuiMessage][]>();
  for (const entry of Object.entries(messages)) {
    const { parentId } = entry[1];
    const parent = parentId !== undefined && Object.hasOwn(messages, parentId) ? parentId : undefined;
    children.set(parent, [...(children.get(parent) ?? []), entry]);
  }
  const placedUnder = (parent: Placed | undefined) =>
    (children.get(parent?.original) ?? []).map(([original, message]): Placed => {
      const what = JSON.stringify([original, message.role, modelOf(message) ?? null, message.content]);
      const id = derivedId(parent?.id ?? conversationId, `open webui message ${what}`);
      return { original, id, parentId: parent?.id ?? null, message };
    });
  const placed = placedUnder(undefined);
  // Grows while it is walked: every message comes after the one that it continues.
  for (const parent of placed) placed.push(...placedUnder(parent));
  return placed;
}

function addEvent(context: Context, { original, id, parentId, message }: Placed): Entry['events'][number] {
  const { conversationId, maxMessageBytes, now } = context;
  const model = modelOf(message);
  return messageEvent(
    { messageId: id, conversationId },
    {
      role: message.role,
      content: checkText('content', message.content, { bytes: maxMessageBytes }),
      timestamp: message.timestamp === undefined ? now().toISOString() : instantOf(message.timestamp),
      parent_id: parentId,
      ...(message.role === 'assistant' &&
        model !== undefined && { model: checkText('model', model, { bytes: 200 }) }),
      metadata: { open_webui_id: checkText('The id of a message', original, { bytes: 200 }) },
    },
  );
}

/** The replies beside a liked one that it was compared with, but for those that were liked as well. */
function rejectedBy(rated: Placed, placed: readonly Placed[], { data }: OpenWebuiRecord): string[] {
  const compared = data.sibling_model_ids ?? [];
  if (data.rating !== 'like') return [];
  return placed
    .filter(({ id, parentId, message }) => {
      const isSibling = parentId === rated.parentId && id !== rated.id && message.role === 'assistant';
      const isLiked = Number(message.annotation?.rating) === 1;
      return isSibling && !isLiked && compared.includes(modelOf(message) ?? '');
    })
    .map(({ id }) => id);
}

function tagsOf({ data: { reason, tags = [] } }: OpenWebuiRecord): string[] {
  const given = [reason ?? '', ...tags].filter((tag) => tag.trim() !== '');
  return [...new Set(given.map(checkTag))];
}

/** All that the author says: a later export of the same feedback takes the place of it. */
function changeEvent(
  context: Context,
  record: OpenWebuiRecord,
  { rated, placed }: { rated: Placed; placed: readonly Placed[] },
): Entry['events'][number] {
  const { conversationId, maxMessageBytes } = context;
  const { updated_at } = record;
  const { rating = null, comment = '', details } = record.data;
  const change = {
    username: checkText('user_id', record.user_id, { bytes: 200 }),
    rating,
    // From 1 to 10 there.
    score: details?.rating === undefined ? null : (details.rating - 1) / 9,
    feedback: comment.trim() === '' ? null : checkText('comment', comment, { bytes: maxMessageBytes }),
    tags: tagsOf(record),
    preferred_over: rejectedBy(rated, placed, record),
    ...(updated_at !== undefined && { timestamp: instantOf(updated_at) }),
  };
  return feedbackEvent({ messageId: rated.id, conversationId }, change, (payload) =>
    derivedId(rated.id, `open webui feedback ${record.id} ${JSON.stringify(payload)}`),
  );
}

/** Only where nothing has begun it: another snapshot may name the chat differently. */
function startOf(context: Context, { meta, user_id, snapshot }: OpenWebuiRecord): StartEvent {
  const { user_id: owner = user_id, created_at, chat } = snapshot.chat;
  const [model = 'unknown'] = chat.models ?? [];
  return startEvent(context, {
    model: { id: model === '' ? 'unknown' : checkText('model', model, { bytes: 200 }), metadata: {} },
    username: checkText('user_id', owner, { bytes: 200 }),
    ...(chat.title !== undefined && { title: checkText('title', chat.title, { bytes: 1_000 }) }),
    metadata: { open_webui_id: checkText('chat_id', meta.chat_id, { bytes: 200 }) },
    ...(created_at !== undefined && { timestamp: instantOf(created_at) }),
  });
}

/** @throws AppError where the entry can't be imported */
export function readOpenWebuiEntry(text: string, options: SourceOptions): Entry {
  const { record } = readJsonLine(openWebuiRecord, text);
  const { chat_id, message_id } = record.meta;
  const conversationId = importedConversationId(`open webui chat ${options.topic} ${chat_id}`);
  const context = { ...options, conversationId };
  const placed = place(record.snapshot.chat.chat.history.messages, conversationId);
  const rated = placed.find(({ original }) => original === message_id);
  if (rated?.message.role !== 'assistant') {
    throw new AppError(
      'INVALID_INPUT',
      `The snapshot has no reply ${JSON.stringify(message_id.slice(0, 60))}: nothing was rated.`,
    );
  }
  return {
    conversationId,
    conversationName: chat_id,
    originals: new Map(placed.map(({ id, original }) => [id, original])),
    implicitStart: () => startOf(context, record),
    events: [...placed.map((one) => addEvent(context, one)), changeEvent(context, record, { rated, placed })],
  };
}

/** The format `open-webui`: one JSON array, as its administrators download it, or one entry per line. */
export function readOpenWebui(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readElements(chunks), (text) => readOpenWebuiEntry(text, options));
}
