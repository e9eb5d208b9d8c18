// Calls append_events directly, as the writer does, and shows what it left in the tables.
import type pg from 'pg';
import { newId } from '../../src/lib/ulid.ts';
import { type AppendAnswer, appendBatch, encodeItem } from '../../src/log/append-batch.ts';
import { projections } from '../../src/log/rebuild/replay.ts';

export { projections };

/** An event of a batch, as append_events takes it, without the number of its append. */
export type Item = {
  id: string;
  type: 'START_CONVERSATION' | 'ADD_MESSAGE' | 'UPDATE_MESSAGE' | 'UPDATE_CONVERSATION' | 'END_CONVERSATION';
  topic?: string;
  conversation_id?: string;
  actor: string | null;
  privileged: boolean;
  /** Whether feedback that changes nothing is left out; not if absent. */
  skipsUnchanged?: boolean;
  payload: Record<string, unknown>;
};

export type Answer = {
  offset?: number;
  version?: number;
  topic?: string;
  conversation_id?: string;
  replayed?: boolean;
  refusal?: string;
  detail?: string;
};

/** Whose event it is, if not Ada's own. */
export type By = { id?: string; actor?: string | null; privileged?: boolean; skipsUnchanged?: boolean };

const own = (by: By) => ({ id: newId(), actor: 'ada', privileged: false, ...by });

export const start = (
  conversation: string,
  { topic = 'default', ...by }: By & { topic?: string } = {},
): Item => ({
  type: 'START_CONVERSATION',
  topic,
  conversation_id: conversation,
  payload: { id: conversation, model: { id: 'zephyr', metadata: {} }, username: 'ada', messages: [] },
  ...own(by),
});

export const add = (
  conversation: string,
  message: string,
  fields: Record<string, unknown> = {},
  by: By = {},
): Item => ({
  type: 'ADD_MESSAGE',
  conversation_id: conversation,
  payload: {
    id: message,
    conversation_id: conversation,
    role: 'user',
    content: 'hello',
    rating: '',
    feedback: '',
    timestamp: '2026-11-23T10:00:00Z',
    ...fields,
  },
  ...own(by),
});

/** A reply that is complete. */
export const reply = (conversation: string, message: string, fields: Record<string, unknown> = {}): Item =>
  add(conversation, message, { role: 'assistant', content: 'hi', ...fields });

/** A reply that is yet to be produced. */
export const running = (conversation: string, message: string): Item =>
  reply(conversation, message, { content: '', status: 'streaming' });

export const update = (message: string, fields: Record<string, unknown>, by: By = {}): Item => ({
  type: 'UPDATE_MESSAGE',
  payload: { id: message, ...fields },
  ...own(by),
});

export const impress = (conversation: string, fields: Record<string, unknown>, by: By = {}): Item => ({
  type: 'UPDATE_CONVERSATION',
  conversation_id: conversation,
  payload: { id: conversation, ...fields },
  ...own(by),
});

export const end = (conversation: string, by: By = {}): Item => ({
  type: 'END_CONVERSATION',
  conversation_id: conversation,
  payload: { id: conversation },
  ...own(by),
});

/** One batch; each argument is an append of its own. */
export async function append(client: pg.ClientBase, ...appends: (Item | Item[])[]): Promise<Answer[]> {
  const encoded = appends.map((items) =>
    [items].flat().map(({ privileged, topic, conversation_id, skipsUnchanged = false, ...item }) =>
      encodeItem({
        ...item,
        topic,
        conversation_id,
        is_privileged: privileged,
        skips_unchanged: skipsUnchanged,
      }),
    ),
  );
  return (await appendBatch(client, encoded)).map(toAnswer);
}

function toAnswer({ outcome, detail, topic, conversation_id, offset, version }: AppendAnswer): Answer {
  if (outcome !== 'APPENDED' && outcome !== 'REPLAYED') {
    return { refusal: outcome, ...(detail !== null && { detail }) };
  }
  return {
    ...(offset !== null && { offset }),
    ...(version !== null && { version }),
    ...(topic !== null && { topic }),
    ...(conversation_id !== null && { conversation_id }),
    replayed: outcome === 'REPLAYED',
  };
}

const keys = {
  event: 'topic, "offset"',
  conversation: 'id',
  message: 'id',
  feedback: 'message_id, username, source',
  conversation_feedback: 'conversation_id, username, source',
  signal: 'message_id, signal, username',
  reply_rollup: 'topic, half_hour, model_id',
  signal_rollup: 'topic, half_hour, model_id, signal',
  rating_rollup: 'topic, source, tag, half_hour, model_id',
};

export async function rowsOf(client: pg.ClientBase, table: keyof typeof keys): Promise<unknown[]> {
  const { rows } = await client.query<{ row: unknown }>(
    `SELECT to_jsonb(found) AS row FROM ${table} AS found ORDER BY ${keys[table]}`,
  );
  return rows.map(({ row }) => row);
}

/** Whatever the log holds: its events, its projections, and its topics (a topic without events is none). */
export async function everything(client: pg.ClientBase): Promise<Record<string, unknown>> {
  const { rows } = await client.query('SELECT * FROM topic WHERE next_offset > 0 ORDER BY name');
  const held: Record<string, unknown> = { topic: rows };
  for (const table of ['event', ...projections] as const) held[table] = await rowsOf(client, table);
  return held;
}

/** Adds a conversation of Ada's with a prompt and a complete reply. */
export async function startWithReply(
  client: pg.ClientBase,
  topic = 'default',
): Promise<{ conversation: string; prompt: string; answer: string }> {
  const [conversation, prompt, answer] = [newId(), newId(), newId()];
  await append(client, [
    start(conversation, { topic }),
    add(conversation, prompt),
    reply(conversation, answer),
  ]);
  return { conversation, prompt, answer };
}
