// Makes events of Open WebUI's feedback: each chat becomes one conversation, with the branches of all its snapshots.
//
// Ids are derived from those of Open WebUI, which are kept as metadata.open_webui_id. A message's id also depends on its
// text and its ancestors: a message that was edited between two snapshots becomes a sibling.
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

/** A message of the snapshot with its ids in the log. */
type Placed = { original: string; id: string; parentId: string | null; message: OpenWebuiMessage };
type Context = SourceOptions & { conversationId: string };

const modelNameOf = ({ selectedModelId, model }: OpenWebuiMessage) => selectedModelId ?? model;
const instantOf = (seconds: number) => new Date(seconds * 1_000).toISOString();

/** All messages of a snapshot, each after its parent. */
function placeMessages(messages: Record<string, OpenWebuiMessage>, conversationId: string): Placed[] {
  const children = new Map<string | undefined, [string, OpenWebuiMessage][]>();
  for (const entry of Object.entries(messages)) {
    const { parentId } = entry[1];
    const parent = parentId !== undefined && Object.hasOwn(messages, parentId) ? parentId : undefined;
    children.set(parent, [...(children.get(parent) ?? []), entry]);
  }
  const placedUnder = (parent: Placed | undefined) =>
    (children.get(parent?.original) ?? []).map(([original, message]): Placed => {
      const identity = JSON.stringify([
        original,
        message.role,
        modelNameOf(message) ?? null,
        message.content,
      ]);
      const id = derivedId(parent?.id ?? conversationId, `open webui message ${identity}`);
      return { original, id, parentId: parent?.id ?? null, message };
    });
  const placed = placedUnder(undefined);
  // The list grows while the loop walks it.
  for (const parent of placed) placed.push(...placedUnder(parent));
  return placed;
}

function addEvent(context: Context, { original, id, parentId, message }: Placed): Entry['events'][number] {
  const { conversationId, maxMessageBytes, now } = context;
  const model = modelNameOf(message);
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

/** The siblings that a liked reply was compared with, except those that were liked as well. */
function rejectedBy(rated: Placed, placed: readonly Placed[], { data }: OpenWebuiRecord): string[] {
  const compared = data.sibling_model_ids ?? [];
  if (data.rating !== 'like') return [];
  return placed
    .filter(({ id, parentId, message }) => {
      const isSibling = parentId === rated.parentId && id !== rated.id && message.role === 'assistant';
      const isLiked = Number(message.annotation?.rating) === 1;
      return isSibling && !isLiked && compared.includes(modelNameOf(message) ?? '');
    })
    .map(({ id }) => id);
}

function tagsOf({ data: { reason, tags = [] } }: OpenWebuiRecord): string[] {
  const filled = [reason ?? '', ...tags].filter((tag) => tag.trim() !== '');
  return [...new Set(filled.map(checkTag))];
}

/** All fields of the author's feedback: a later export of the same feedback replaces it. */
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
    // Open WebUI counts from 1 to 10.
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

/** Used only if the conversation does not exist: another snapshot may have another title. */
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

/** @throws AppError if the entry can't be imported */
export function readOpenWebuiEntry(text: string, options: SourceOptions): Entry {
  const { record } = readJsonLine(openWebuiRecord, text);
  const { chat_id, message_id } = record.meta;
  const conversationId = importedConversationId(`open webui chat ${options.topic} ${chat_id}`);
  const context = { ...options, conversationId };
  const placed = placeMessages(record.snapshot.chat.chat.history.messages, conversationId);
  const rated = placed.find(({ original }) => original === message_id);
  if (rated?.message.role !== 'assistant') {
    throw new AppError(
      'INVALID_INPUT',
      `The snapshot does not contain the rated reply ${JSON.stringify(message_id.slice(0, 60))}.`,
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

/** The format `open-webui`: one JSON array, as administrators download it, or one entry per line. */
export function readOpenWebui(chunks: AsyncIterable<Buffer>, options: SourceOptions): Source {
  return readByLine(readElements(chunks), (text) => readOpenWebuiEntry(text, options));
}
