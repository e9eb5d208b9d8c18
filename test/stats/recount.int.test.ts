// Over random histories with changed and withdrawn feedback, every number equals a recount from the log, both after
// appending and after a rebuild.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FoldableEvent } from '../../src/log/fold/fold.ts';
import { readHistory } from '../../src/log/read/history.ts';
import { type RatingStats, readRatingStats } from '../../src/stats/read-rating-stats.ts';
import { halfHourMs, type StatsQuery } from '../../src/stats/stats-query.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { append, type Item } from '../support/log.ts';
import { history } from '../support/random-history.ts';
import { createBench, differing } from '../support/rebuild.ts';
import { localTime, recount, repliesOf } from '../support/recount.ts';
import { propertyTimeoutMs, randomRuns } from '../support/scale.ts';

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, options: '-c TimeZone=UTC' });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

const halfHour = fc
  .date({ min: new Date('1980-01-01'), max: new Date('2080-01-01'), noInvalidDate: true })
  .map((date) => Math.floor(date.getTime() / halfHourMs) * halfHourMs);
const period = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ from: undefined, to: undefined }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(halfHour, halfHour)
      .map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) })),
  },
);
const query: fc.Arbitrary<StatsQuery> = fc
  .record({
    topic: fc.constantFrom('t0', 't1'),
    source: fc.constantFrom('end_user', 'reviewer', 'judge'),
    models: fc.constantFrom(undefined, undefined, ['zephyr'], ['model b', 'none']),
    isByModel: fc.boolean(),
    isByTag: fc.boolean(),
    bucket: fc.constantFrom(undefined, 'day', 'hour'),
    timeZone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Adelaide'),
    period,
  })
  .map(({ period: bounds, ...fields }) => ({ ...fields, ...bounds, isZeroFilled: false }));
/** Sizes of batches of feedback. Other events are appended one by one: those of one conversation depend on each other. */
const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 });

async function appendAll(items: Item[], batchSizes: number[]): Promise<void> {
  const isFeedback = (item: Item | undefined) =>
    item?.type === 'UPDATE_MESSAGE' && !('status' in item.payload);
  let batch: Item[] = [];
  const flush = async () => {
    const answers = await append(database.client, ...batch);
    expect(answers.filter(({ refusal }) => refusal !== undefined)).toEqual([]);
    batch = [];
  };
  for (const [index, item] of items.entries()) {
    const maxSize = batchSizes[index % batchSizes.length] ?? 1;
    if (batch.length > 0 && !(isFeedback(item) && isFeedback(batch.at(-1)) && batch.length < maxSize))
      await flush();
    batch.push(item);
  }
  await flush();
}

async function readHistories(items: Item[]): Promise<FoldableEvent[][]> {
  const started = items.filter(({ type }) => type === 'START_CONVERSATION');
  return await Promise.all(
    started.map(({ conversation_id: id = '' }) => readHistory(pool, { conversationId: id }, {})),
  );
}

const comparable = (asked: StatsQuery, { bucket, scoreSum, scoreSquares: _, ...row }: RatingStats) => ({
  ...row,
  bucket: bucket === null ? null : localTime(asked, bucket),
  scoreSum: Math.round(scoreSum * 1e6),
});
const sorted = (rows: { model: unknown; bucket: unknown; tag: unknown }[]) => {
  const keyOf = ({ model, bucket, tag }: (typeof rows)[number]) => JSON.stringify([model, bucket, tag]);
  return rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
};

/** How many results had something of each kind: a property over histories without ratings would prove nothing. */
const covered = new Map<string, number>();
function recordCoverage(rows: readonly RatingStats[], replies: ReturnType<typeof repliesOf>): void {
  const see = (kind: string, occurs: boolean) =>
    covered.set(kind, (covered.get(kind) ?? 0) + (occurs ? 1 : 0));
  see(
    'rated',
    rows.some(({ likes, dislikes }) => likes + dislikes > 0),
  );
  see(
    'scored',
    rows.some(({ scores }) => scores > 0),
  );
  see(
    'tagged',
    rows.some(({ tag }) => tag !== null),
  );
  for (const signal of ['regenerated', 'edited', 'stopped', 'copied']) {
    see(
      signal,
      replies.some(({ signals }) => signals.includes(signal)),
    );
  }
}

it('every number equals a recount from the log, over random histories with changed and withdrawn feedback', {
  timeout: propertyTimeoutMs,
}, async () => {
  const bench = createBench(database.url);
  let runs = 0;
  const property = async (items: Item[], batchSizes: number[], queries: StatsQuery[]) => {
    await database.client.query(
      'TRUNCATE topic, event, conversation, message, feedback, conversation_feedback, signal, reply_rollup, signal_rollup, rating_rollup',
    );
    await appendAll(items, batchSizes);
    const replies = repliesOf(await readHistories(items));
    for (const one of queries) {
      const { rows } = await readRatingStats(pool, one);
      const isUngrouped = !one.isByModel && !one.isByTag && one.bucket === undefined;
      const expected = recount(replies, one);
      const found = rows.map((row) => comparable(one, row));
      if (isUngrouped && expected.length === 0) expect(rows).toMatchObject([{ replies: 0, records: 0 }]);
      else expect(sorted(found)).toEqual(sorted(expected));
      recordCoverage(rows, replies);
    }
    runs += 1;
    if (runs % 20 === 0) {
      expect(differing(await bench.verify())).toEqual({});
      await bench.rebuild();
      expect(differing(await bench.verify())).toEqual({});
    }
  };
  try {
    await fc.assert(
      fc.asyncProperty(history, sizes, fc.array(query, { minLength: 6, maxLength: 6 }), property),
      randomRuns({ small: 25, large: 80, seed: 20_261_125 }),
    );
  } finally {
    await bench.close();
  }
  expect([...covered].filter(([, times]) => times < 5)).toEqual([]);
});
