// The law of the fold over random histories: of every conversation, after each of its events, it equals the
// projection of the same events.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apply, type ConversationSnapshot, type FoldableEvent, fold } from '../../../src/log/fold/fold.ts';
import { readHistory } from '../../../src/log/read/history.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { append, type Item, projections } from '../../support/log.ts';
import { history } from '../../support/random-history.ts';
import { propertyTimeoutMs, randomRuns } from '../../support/scale.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  // As in the server: an instant without a zone is in UTC.
  client = new pg.Client({ connectionString: database.url, options: '-c TimeZone=UTC' });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

type Row = Record<string, unknown>;
type Tables = { conversation: Row[]; message: Row[]; feedback: Row[]; conversationFeedback: Row[] };

/** The projections as one value: messages in their order, the others sorted by their key. */
const tables = `jsonb_build_object(
  'conversation', (SELECT coalesce(jsonb_agg(c ORDER BY id), '[]') FROM conversation AS c),
  'message', (SELECT coalesce(jsonb_agg(to_jsonb(m) - 'position' ORDER BY conversation_id, position), '[]') FROM message AS m),
  'feedback', (SELECT coalesce(jsonb_agg(f ORDER BY message_id, username COLLATE "C", source::text COLLATE "C"), '[]')
               FROM feedback AS f),
  'conversationFeedback', (SELECT coalesce(jsonb_agg(f ORDER BY conversation_id, username COLLATE "C", source::text COLLATE "C"), '[]')
                 FROM conversation_feedback AS f))`;

/** The content of the tables after the first n events, for each n. */
const defineReplays = `CREATE FUNCTION pg_temp.replays(ids text[]) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
  DECLARE
    all_events event[] := (SELECT array_agg(event ORDER BY ord)
      FROM unnest(ids) WITH ORDINALITY AS given (id, ord) JOIN event USING (id));
  BEGIN
    FOR k IN 1 .. cardinality(ids) LOOP
      ${projections.map((name) => `DELETE FROM ${name};`).join(' ')}
      PERFORM project_events(all_events[1:k]);
      RETURN NEXT ${tables};
    END LOOP;
  END $$`;

const iso = (instant: unknown) => (instant === null ? null : new Date(String(instant)).toISOString());

/** Postgres writes instants in another form. */
function withInstants({ conversation, message, feedback, conversationFeedback }: Tables): Tables {
  const withIsoTimes = (row: Row) => ({
    ...row,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  });
  return {
    conversation: conversation.map((row) => ({
      ...row,
      started_at: iso(row.started_at),
      ended_at: iso(row.ended_at),
    })),
    message: message.map((row) => ({ ...row, created_at: iso(row.created_at) })),
    feedback: feedback.map(withIsoTimes),
    conversationFeedback: conversationFeedback.map(withIsoTimes),
  };
}

function messageRow(conversation_id: string, message: ConversationSnapshot['messages'][number]): Row {
  const { parentId, modelId, finishReason, createdAt, feedback: _, ...same } = message;
  const renamed = { parent_id: parentId, model_id: modelId, finish_reason: finishReason };
  return { ...same, ...renamed, conversation_id, created_at: createdAt.toISOString() };
}

function feedbackRows({ id, feedback }: ConversationSnapshot['messages'][number]): Row[] {
  return feedback.map(({ createdAt, updatedAt, preferredOver, tiedWith, ...same }) => ({
    ...same,
    message_id: id,
    preferred_over: preferredOver,
    tied_with: tiedWith,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }));
}

function conversationFeedbackRows({ id, feedback }: ConversationSnapshot): Row[] {
  return feedback.map(({ createdAt, updatedAt, ...same }) => ({
    ...same,
    conversation_id: id,
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }));
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** The rows that the tables should have for these snapshots. */
function rowsOf(snapshots: ConversationSnapshot[]): Tables {
  const sorted = snapshots.toSorted((one, other) => compareText(one.id, other.id));
  const feedback = sorted.flatMap(({ messages }) => messages.flatMap(feedbackRows));
  const keyOf = (row: Row) => [row.message_id ?? row.conversation_id, row.username, row.source].join('\0');
  const byKey = (one: Row, other: Row) => compareText(keyOf(one), keyOf(other));
  return {
    conversation: sorted.map(
      ({ model, startedAt, endedAt, messages: _, offset: __, feedback: ___, ...same }) => ({
        ...same,
        model_id: model.id,
        model_metadata: model.metadata,
        started_at: startedAt.toISOString(),
        ended_at: endedAt?.toISOString() ?? null,
      }),
    ),
    message: sorted.flatMap(({ id, messages }) => messages.map((message) => messageRow(id, message))),
    feedback: feedback.sort(byKey),
    conversationFeedback: sorted.flatMap(conversationFeedbackRows).sort(byKey),
  };
}

/** Freezes a value, so that a step that changes its input fails. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(Object.freeze(value))) freeze(part);
  return value;
}

/** Waiting feedback shares one batch; other events are sent alone, since those of a conversation wait for each other. */
function batchesOf(items: Item[]): Item[][] {
  const batches: Item[][] = [];
  const isFeedback = (item: Item | undefined) =>
    item?.type === 'UPDATE_MESSAGE' && !('status' in item.payload);
  for (const item of items) {
    const last = batches.at(-1);
    if (last !== undefined && isFeedback(item) && isFeedback(last.at(-1))) last.push(item);
    else batches.push([item]);
  }
  return batches;
}

async function appendAll(items: Item[]): Promise<void> {
  for (const batch of batchesOf(items)) {
    const answers = await append(client, ...batch);
    expect(answers.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
  }
}

/** The events of each conversation, as the query `events` or as the log returns them. */
async function readHistories(items: Item[], asText: boolean): Promise<Map<string, FoldableEvent[]>> {
  const histories = new Map<string, FoldableEvent[]>();
  for (const { type, conversation_id: id } of items) {
    if (type !== 'START_CONVERSATION' || id === undefined) continue;
    const events = await readHistory(client, { conversationId: id }, {});
    histories.set(id, asText ? JSON.parse(JSON.stringify(events)) : events);
  }
  return histories;
}

/** Counts what the histories contain, so that they can't become trivial unnoticed. */
const seen = new Map<string, number>();
const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);

function takeNote(before: ConversationSnapshot | undefined, after: ConversationSnapshot): void {
  const recordsOf = (snapshot: ConversationSnapshot | undefined) =>
    snapshot?.messages.flatMap(({ feedback }) => feedback).length ?? 0;
  if (recordsOf(after) < recordsOf(before)) see('a record that vanished');
  if (after.endedAt !== null && recordsOf(after) > recordsOf(before)) see('feedback after the end');
  const choicesOf = (snapshot: ConversationSnapshot | undefined) =>
    (snapshot?.messages ?? [])
      .flatMap(({ id, feedback }) => feedback.map((given) => ({ id, ...given })))
      .filter(({ preferredOver, tiedWith }) => preferredOver.length + tiedWith.length > 0)
      .map(({ id, username, source }) => `${id} ${source} ${username}`);
  const [choices, choicesBefore] = [choicesOf(after), choicesOf(before)];
  if (choices.some((choice) => !choicesBefore.includes(choice))) see('a choice');
  if (choicesBefore.some((choice) => !choices.includes(choice))) see('a choice that ended');
  if (after.feedback.length > 0) see('feedback on a conversation');
  for (const { status, feedback } of after.messages) {
    see(status);
    if (feedback.length > 2) see('several authors');
  }
}

async function property(items: Item[], asText: boolean): Promise<void> {
  await client.query('BEGIN');
  try {
    await appendAll(items);
    const found = await client.query<{ tables: Tables }>(`SELECT ${tables} AS tables`);
    const histories = await readHistories(items, asText);
    const all = [...histories.values()].flatMap((events) => fold(events) ?? []);
    expect([rowsOf(all)]).toEqual(found.rows.map((row) => withInstants(row.tables)));

    const ids = items.map(({ id }) => id);
    const replays = await client.query<{ tables: Tables }>('SELECT pg_temp.replays($1) AS tables', [ids]);
    const order = await client.query<{ id: string; version: number }>(
      `SELECT conversation_id AS id, version FROM unnest($1::text[]) WITH ORDINALITY AS given (id, ord)
       JOIN event USING (id) ORDER BY ord`,
      [ids],
    );
    const snapshots = new Map<string, ConversationSnapshot>();
    for (const [index, { id, version }] of order.rows.entries()) {
      const events = histories.get(id)?.slice(0, version) ?? [];
      const before = freeze(snapshots.get(id));
      const after = fold(events);
      if (after === undefined) throw new Error('A conversation with events is one.');
      expect(events.slice(-1).map((event) => apply(before, event))).toEqual([after]);
      takeNote(before, after);
      snapshots.set(id, after);
      const replayed = replays.rows.slice(index, index + 1).map((row) => withInstants(row.tables));
      expect([rowsOf([...snapshots.values()])]).toEqual(replayed);
    }
  } finally {
    await client.query('ROLLBACK');
  }
}

it('equals, after each event of random histories, a replay of the events up to it', {
  timeout: propertyTimeoutMs,
}, async () => {
  await client.query(defineReplays);
  await fc.assert(
    fc.asyncProperty(history, fc.boolean(), property),
    randomRuns({ small: 35, large: 100, seed: 20_261_123 }),
  );
  const wanted = ['streaming', 'complete', 'stopped', 'interrupted', 'failed', 'several authors'];
  wanted.push(
    'a record that vanished',
    'feedback after the end',
    'a choice',
    'a choice that ended',
    'feedback on a conversation',
  );
  expect(wanted.filter((what) => (seen.get(what) ?? 0) < 10)).toEqual([]);
});
