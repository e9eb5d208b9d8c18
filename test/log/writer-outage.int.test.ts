import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import type { Appended } from '../../src/log/writer.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { startWithReply } from '../support/log.ts';
import { waitUntil } from '../support/wait.ts';
import { createTestWriter, likeOf, messageOf, startOf, type TestWriter } from '../support/writer.ts';

let database: TestDatabase;
let proxy: CutProxy;
let writer: TestWriter;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startCutProxy(database.url);
});
beforeEach(() => {
  proxy.restore();
  writer = createTestWriter(proxy.url);
});
afterEach(() => writer.close());
afterAll(async () => {
  await proxy.stop();
  await database.close();
});

async function eventIds(topic: string): Promise<string[]> {
  const { rows } = await database.client.query<{ id: string; offset: string }>(
    'SELECT id, "offset" FROM event WHERE topic = $1 ORDER BY "offset"',
    [topic],
  );
  expect(rows.map(({ offset }) => Number(offset))).toEqual(rows.map((_, index) => index));
  return rows.map(({ id }) => id);
}

/** Appends without a pause until it is stopped, and collects what was acknowledged. */
function startStorm(topic: string, width: number) {
  const acknowledged = new Map<string, Appended | undefined>();
  let isOver = false;
  const lanes = Array.from({ length: width }, async () => {
    while (!isOver) {
      const append = startOf(newId(), topic);
      const [appended] = await writer.append(append);
      acknowledged.set(append.events[0]?.id ?? '', appended);
    }
  });
  return {
    acknowledged,
    async stop() {
      isOver = true;
      await Promise.all(lanes);
    },
  };
}

it('a storm of appends loses and repeats nothing when its connection is terminated five times', async () => {
  const storm = startStorm('terminated', 20);
  for (let round = 1; round <= 5; round += 1) {
    const before = storm.acknowledged.size;
    await waitUntil('more is acknowledged', () => storm.acknowledged.size > before + 100);
    await waitUntil('a connection of the writer is terminated', async () => {
      const { rowCount } = await database.client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'afterword' AND state = 'active'`,
      );
      return rowCount === 1;
    });
  }
  await storm.stop();
  const ids = await eventIds('terminated');
  expect(ids.map((id) => storm.acknowledged.get(id)?.offset)).toEqual(ids.map((_, index) => index));
  expect(ids).toHaveLength(storm.acknowledged.size);
});

it('an append whose acknowledgement was lost is sent again and not written twice', async () => {
  await writer.append(startOf(newId(), 'lost'));
  const append = startOf(newId(), 'lost');
  const lost = proxy.cutAfter(append.events[0]?.id ?? '');
  const appended = writer.append(append);
  await lost;
  await waitUntil('it is in the log', async () => (await eventIds('lost')).length === 2);
  proxy.restore();
  expect(await appended).toEqual([expect.objectContaining({ offset: 1, isReplay: true })]);
  expect(await eventIds('lost')).toHaveLength(2);
});

it('a batch whose acknowledgement was lost is sent again and not written twice', async () => {
  const { conversation, answer } = await startWithReply(database.client, 'lost-batch');
  const first = writer.append(startOf(newId(), 'lost-batch'));
  const batch = [
    likeOf(answer),
    messageOf(conversation),
    startOf(newId(), 'lost-batch'),
    likeOf(answer, 'bob'),
  ];
  const lost = proxy.cutAfter(batch[0]?.events[0]?.id ?? '');
  const answers = Promise.all(batch.map((append) => writer.append(append)));
  await first;
  await lost;
  proxy.restore();
  const offsets = (await answers).flat().map(({ offset }) => offset);
  expect(offsets.toSorted((a, b) => a - b)).toEqual([4, 5, 6, 7]);
  expect(await eventIds('lost-batch')).toHaveLength(8);
});

it('appends wait while Postgres is unavailable, and are written in order when it is back', async () => {
  await writer.append(startOf(newId(), 'outage'));
  proxy.cut();
  const appends = Array.from({ length: 50 }, () => startOf(newId(), 'outage'));
  const answers = Promise.all(appends.map((append) => writer.append(append)));
  await waitUntil('the writer has tried in vain a few times', () => proxy.refusals() > 2);
  expect(await eventIds('outage')).toHaveLength(1);
  proxy.restore();
  expect((await answers).flat().map(({ offset }) => offset)).toEqual(appends.map((_, index) => index + 1));
  expect(await eventIds('outage')).toHaveLength(51);
});

it('appends fail, and name the timeout, if Postgres does not come back', async () => {
  const impatient = createTestWriter(proxy.url, 500);
  const kept = await impatient.append(startOf(newId(), 'gone'));
  proxy.cut();
  const from = performance.now();
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => impatient.append(startOf(newId(), 'gone'))),
  );
  expect(performance.now() - from).toBeLessThan(3_000);
  for (const result of results) {
    expect(result).toMatchObject({
      reason: { code: 'UPSTREAM_FAILED', message: expect.stringContaining('within 500 ms') },
    });
  }
  await impatient.drain();
  proxy.restore();
  expect(await impatient.append(startOf(newId(), 'gone'))).toMatchObject([{ offset: 1 }]);
  expect(kept).toMatchObject([{ offset: 0 }]);
  await impatient.close();
});

it('a connection that hangs is abandoned, and its batch is sent again on another', async () => {
  await writer.append(startOf(newId(), 'silent'));
  proxy.silence();
  const answers = Promise.all([1, 2, 3].map(() => writer.append(startOf(newId(), 'silent'))));
  await waitUntil('the writer has given up the silent connection', async () => {
    const { rows } = await database.client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'afterword'`,
    );
    return rows[0]?.count !== 1;
  }).finally(() => proxy.restore());
  expect((await answers).flat().map(({ offset }) => offset)).toEqual([1, 2, 3]);
});

it('one append that the database can not store does not fail others while Postgres comes and goes', async () => {
  const { conversation } = await startWithReply(database.client, 'both');
  const good = Array.from({ length: 30 }, () => startOf(newId(), 'both'));
  const bad = messageOf(conversation, { content: 'nul \u0000' });
  const lost = proxy.cutAfter(good[20]?.events[0]?.id ?? '');
  const answers = Promise.allSettled(
    [...good.slice(0, 10), bad, ...good.slice(10)].map((append) => writer.append(append)),
  );
  await lost;
  proxy.restore();
  const results = await answers;
  expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'INVALID_INPUT' } },
  ]);
  expect(await eventIds('both')).toHaveLength(3 + good.length);
});
