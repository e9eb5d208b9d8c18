// What a page of the log costs in rows that Postgres looks at: as much as the page holds, wherever it begins.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EventFilter, readPage } from '../../src/log/reader.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const count = 40_000;
const most = 100;
const everything: EventFilter = { types: undefined, conversationId: undefined };

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

/** One event in 10,000 ends a conversation, the last one too; one in ten is an update. */
async function fill(): Promise<void> {
  await database.client.query(
    `INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
     SELECT 'event ' || n, 'long', n,
       (CASE WHEN n % 10000 = 9999 THEN 'END_CONVERSATION' WHEN n % 10 = 0 THEN 'UPDATE_MESSAGE' ELSE 'ADD_MESSAGE' END)::event_type,
       'conversation ' || n % 10, n / 10 + 1, 'ada', now(), jsonb_build_object('id', n)
     FROM generate_series(0, $1 - 1) AS n`,
    [count],
  );
  await database.client.query(`INSERT INTO topic (name, next_offset) VALUES ('long', $1)`, [count]);
}

async function countRead(): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS count FROM pg_stat_xact_user_tables',
  );
  return rows[0]?.count ?? 0;
}

/** The offsets of a page, and how many rows were looked at for it. */
async function read(offset: number, filter: EventFilter) {
  // Counts are collected between transactions only.
  await client.query('BEGIN');
  const before = await countRead();
  const page = await readPage(client, { topic: 'long', offset }, { filter, most });
  const looked = (await countRead()) - before;
  await client.query('COMMIT');
  return { offsets: page.rows.map((row) => row.offset), next: page.next, isLast: page.isLast, looked };
}

const filters: [string, EventFilter][] = [
  ['of everything', everything],
  ['of a common type', { ...everything, types: ['ADD_MESSAGE'] }],
  ['of a rare type', { ...everything, types: ['END_CONVERSATION'] }],
  ['of a type that there is none of', { ...everything, types: ['START_CONVERSATION'] }],
  [
    'of several types, one twice',
    { ...everything, types: ['END_CONVERSATION', 'UPDATE_MESSAGE', 'END_CONVERSATION'] },
  ],
  // Each offset below comes after an event of this one, as where a page continues.
  ['of a conversation', { ...everything, conversationId: 'conversation 9' }],
];

it('a page costs what it holds, from any offset, also by plans that were made when the log was empty', async () => {
  // Postgres settles for one plan of a prepared statement after five.
  for (let round = 0; round < 6; round += 1) for (const [, filter] of filters) await read(0, filter);
  await fill();
  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await database.client.query('VACUUM ANALYZE event');
    for (const [name, filter] of filters) {
      for (const offset of [0, count / 2, count - 10, count]) {
        const { looked } = await read(offset, filter);
        expect(looked, `${name} from ${offset}, analyzed: ${isAnalyzed}`).toBeLessThan(4 * most);
      }
    }
  }
});

it('a page of types holds those alone, in order, and goes on where it ended', async () => {
  const rare: EventFilter = { ...everything, types: ['END_CONVERSATION'] };
  expect(await read(0, rare)).toMatchObject({
    offsets: [9_999, 19_999, 29_999, 39_999],
    next: count,
    isLast: true,
  });
  const both: EventFilter = {
    ...everything,
    types: ['UPDATE_MESSAGE', 'END_CONVERSATION', 'UPDATE_MESSAGE'],
  };
  const offsets: number[] = [];
  for (let from = 9_000; from < 11_000; ) {
    const page = await read(from, both);
    expect(page.offsets.length).toBeLessThanOrEqual(most);
    offsets.push(...page.offsets);
    from = page.next;
  }
  const expected = Array.from({ length: count }, (_, offset) => offset)
    .slice(9_000, (offsets.at(-1) ?? 0) + 1)
    .filter((offset) => offset % 10 === 0 || offset % 10_000 === 9_999);
  expect(offsets).toEqual(expected);
  expect(offsets).toContain(9_999);
});
