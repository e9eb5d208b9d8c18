// The cost of a page of the log: it reads only its own rows, from any offset, however rare its events are.

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventType } from '../../../src/log/event.ts';
import { type EventFilter, type LogPage, readPage } from '../../../src/log/read/pages.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const size = 40_000;
/** Offsets of the rare types: one at the start, one in the middle, one at the end. */
const rareOffsets = [0, 20_000, 39_999];

let database: TestDatabase;
/** One connection, which keeps the plans that it made while the log was empty. */
let pool: pg.Pool;

const filterOf = (types?: EventType[]): EventFilter => ({ types, conversationId: undefined });
const read = (offset: number, maxEvents: number, types?: EventType[]) =>
  readPage(pool, { topic: 'long', offset }, { filter: filterOf(types), maxEvents });

async function countRead(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS count
     FROM pg_stat_xact_user_tables WHERE relname = 'event'`,
  );
  return rows[0]?.count ?? 0;
}

/** A page, and the number of rows of the log that were read for it. */
async function measure(
  offset: number,
  maxEvents: number,
  types?: EventType[],
): Promise<{ page: LogPage; looked: number }> {
  await pool.query('BEGIN');
  const before = await countRead();
  const page = await read(offset, maxEvents, types);
  const looked = (await countRead()) - before;
  await pool.query('COMMIT');
  return { page, looked };
}

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 1 });
  // Often enough that the connection keeps a plan for all values.
  for (let round = 0; round < 10; round += 1) {
    await read(round, 10);
    await read(round, 10, ['END_CONVERSATION', 'ADD_MESSAGE']);
  }
  await database.client.query(
    `INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
     SELECT lpad(n::text, 26, '0'), 'long', n,
       (CASE WHEN n = ANY ($2) THEN 'END_CONVERSATION' ELSE 'ADD_MESSAGE' END)::event_type,
       lpad('7', 26, '0'), n + 1, 'ada', now(), '{"content": "hello"}'
     FROM generate_series(0, $1 - 1) AS n`,
    [size, rareOffsets],
  );
  await database.client.query(`INSERT INTO topic (name, next_offset) VALUES ('long', $1)`, [size]);
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

describe('a page of the log', () => {
  it('reads only its own rows, from any offset', async () => {
    for (const offset of [0, 1, 20_000, size - 1_000]) {
      const { page, looked } = await measure(offset, 1_000);
      expect(page.rows).toHaveLength(1_000);
      expect(page.rows[0]).toMatchObject({ offset });
      expect(looked).toBeLessThanOrEqual(1_010);
    }
    expect((await measure(size + 5, 1_000)).looked).toBeLessThan(10);
  });

  it('of a rare type reads no other rows', async () => {
    const { page, looked } = await measure(0, 100, ['END_CONVERSATION']);
    expect(page.rows.map(({ offset }) => offset)).toEqual(rareOffsets);
    expect(page).toMatchObject({ next: size, isLast: true });
    expect(looked).toBeLessThan(20);
    const none = await measure(0, 100, ['START_CONVERSATION']);
    expect(none.page).toMatchObject({ rows: [], next: size, isLast: true });
    expect(none.looked).toBeLessThan(20);
  });

  it('of several types has the first of them in order, and reads at most a page of each', async () => {
    const types = ['END_CONVERSATION', 'ADD_MESSAGE', 'END_CONVERSATION'] as const;
    const { page, looked } = await measure(19_950, 100, [...types]);
    expect(page.rows.map(({ offset }) => offset)).toEqual(Array.from({ length: 100 }, (_, n) => 19_950 + n));
    expect(page.rows.filter(({ type }) => type === 'END_CONVERSATION')).toMatchObject([{ offset: 20_000 }]);
    expect(page).toMatchObject({ next: 20_050, isLast: false });
    expect(looked).toBeLessThanOrEqual(210);
  });
});
