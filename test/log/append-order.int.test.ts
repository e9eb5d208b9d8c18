import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Answer, add, append, start, startWithReply, update } from '../support/log.ts';
import { waitUntil } from '../support/wait.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function withClients<T>(count: number, work: (clients: pg.Client[]) => Promise<T>): Promise<T> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: database.url }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    return await work(clients);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function offsetsOf(topic: string): Promise<number[]> {
  const { rows } = await database.client.query<{ offset: string }>(
    'SELECT "offset" FROM event WHERE topic = $1 ORDER BY "offset"',
    [topic],
  );
  return rows.map(({ offset }) => Number(offset));
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

async function waitUntilBlocked(by: string, count = 1): Promise<void> {
  await waitUntil(`${count} wait for a lock of ${by}`, async () => {
    const { rows } = await database.client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows[0]?.count === count;
  });
}

it('offsets have no gap and follow the commits when 8 connections append to 3 topics', async () => {
  const topics = ['storm-c', 'storm-a', 'storm-b'];
  const seen: { topic: string; offset: number; from: number; until: number }[] = [];
  await withClients(8, (clients) =>
    Promise.all(
      clients.map(async (client, index) => {
        for (let round = 0; round < 25; round += 1) {
          // One, two or three topics in a batch, in every order.
          const chosen = upTo(1 + (round % 3)).map(
            (n) => topics[(index + round + n * (1 + (index % 2))) % 3],
          );
          const from = performance.now();
          const answers = await append(client, ...chosen.map((topic = '') => start(newId(), { topic })));
          const until = performance.now();
          for (const { topic = '', offset = -1 } of answers) seen.push({ topic, offset, from, until });
        }
      }),
    ),
  );
  for (const topic of topics) {
    const own = seen.filter((event) => event.topic === topic).sort((a, b) => a.offset - b.offset);
    expect(own.map(({ offset }) => offset)).toEqual(upTo(own.length));
    expect(await offsetsOf(topic)).toEqual(upTo(own.length));
    const next = await database.client.query('SELECT next_offset::int FROM topic WHERE name = $1', [topic]);
    expect(next.rows).toEqual([{ next_offset: own.length }]);
    // An append that started after the answer to another has a greater offset.
    let latestStart = 0;
    for (const { from, until } of own) {
      expect(until).toBeGreaterThan(latestStart);
      latestStart = Math.max(latestStart, from);
    }
  }
  expect(seen).toHaveLength(8 * (9 * 1 + 8 * 2 + 8 * 3));
});

it('versions of a conversation run from 1 without a gap, with several appenders', async () => {
  const { conversation, answer } = await startWithReply(database.client, 'versions');
  const answers: Answer[] = [];
  await withClients(8, (clients) =>
    Promise.all(
      clients.map(async (client, index) => {
        for (let round = 0; round < 10; round += 1) {
          const like = () => update(answer, { rating: 'like', username: `u${index}` });
          answers.push(...(await append(client, like(), like(), like())));
          answers.push(...(await append(client, add(conversation, newId()))));
        }
      }),
    ),
  );
  expect(answers.map(({ version }) => version).sort((a = 0, b = 0) => a - b)).toEqual(
    upTo(320).map((n) => n + 4),
  );
  const { rows } = await database.client.query('SELECT version FROM conversation WHERE id = $1', [
    conversation,
  ]);
  expect(rows).toEqual([{ version: 323 }]);
  const { rows: events } = await database.client.query<{ version: number }>(
    'SELECT version FROM event WHERE conversation_id = $1 ORDER BY "offset"',
    [conversation],
  );
  expect(events.map(({ version }) => version)).toEqual(upTo(323).map((n) => n + 1));
});

it('a transaction that is rolled back leaves no gap', async () => {
  await withClients(2, async ([first, second]) => {
    if (first === undefined || second === undefined) throw new Error('There are two.');
    await append(first, start(newId(), { topic: 'rolled-back' }));
    await first.query('BEGIN');
    expect(await append(first, start(newId(), { topic: 'rolled-back' }))).toMatchObject([{ offset: 1 }]);
    const waiting = append(second, start(newId(), { topic: 'rolled-back' }));
    await waitUntilBlocked('the open transaction');
    await first.query('ROLLBACK');
    expect(await waiting).toMatchObject([{ offset: 1 }]);
  });
  expect(await offsetsOf('rolled-back')).toEqual([0, 1]);
});

it('a new topic that several connections start at once gets each of their events once', async () => {
  const answers = await withClients(6, (clients) =>
    Promise.all(
      clients.map((client, index) => {
        const topics = index % 2 === 0 ? ['new-b', 'new-a'] : ['new-a', 'new-b'];
        return append(client, ...topics.map((topic) => start(newId(), { topic })));
      }),
    ),
  );
  expect(answers.flat().map(({ offset }) => offset)).toHaveLength(12);
  for (const topic of ['new-a', 'new-b']) expect(await offsetsOf(topic)).toEqual(upTo(6));
});

it('a conversation that was created after the locks were taken is written under its lock', async () => {
  await startWithReply(database.client, 'held');
  const elsewhere = await startWithReply(database.client, 'held');
  await startWithReply(database.client, 'late');
  const late = { conversation: newId(), answer: newId() };
  await withClients(3, async ([holder, starter, rater]) => {
    if (holder === undefined || starter === undefined || rater === undefined)
      throw new Error('There are three.');
    await starter.query('BEGIN');
    await append(starter, [
      start(late.conversation, { topic: 'late' }),
      add(late.conversation, late.answer, { role: 'assistant' }),
    ]);
    await holder.query(`BEGIN; SELECT FROM topic WHERE name = 'held' FOR UPDATE`);
    const likes = [update(elsewhere.answer, { rating: 'like' }), update(late.answer, { rating: 'like' })];
    const rated = append(rater, ...likes);
    await waitUntilBlocked('the holder');
    await starter.query('COMMIT');
    await holder.query('COMMIT');
    expect(await rated).toMatchObject([{ topic: 'held' }, { refusal: 'RETRY_NEXT_BATCH' }]);
    expect(await append(rater, ...likes)).toMatchObject([{ replayed: true }, { topic: 'late', version: 3 }]);
  });
});
