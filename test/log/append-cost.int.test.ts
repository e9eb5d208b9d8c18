// The connection of the writer lives for days and keeps the plans that it made while the tables were small.
import pg from 'pg';
import { expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase } from '../support/database.ts';
import { add, append, type Item, reply, start, update } from '../support/log.ts';

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** Number of rows that the connection has read, in all tables, since its counts were last collected. */
async function countRead(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS count FROM pg_stat_xact_user_tables',
  );
  return rows[0]?.count ?? 0;
}

/** Number of rows that an append of the batch reads. */
async function countRowsRead(client: pg.Client, batch: Item[][]): Promise<number> {
  // Counts are collected between transactions only.
  await client.query('BEGIN');
  const before = await countRead(client);
  await append(client, ...batch);
  const after = await countRead(client);
  await client.query('COMMIT');
  return after - before;
}

it('the cost of a batch does not grow with the tables, even with plans made while they were small', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const answers: string[] = [];
  const talk = () => {
    const [conversation, answer] = [newId(), newId()];
    answers.push(answer);
    return [start(conversation), add(conversation, newId()), reply(conversation, answer)];
  };
  try {
    const ratings = () =>
      answers.slice(0, 16).map((answer) => [update(answer, { rating: 'like', username: newId() })]);
    const early = [];
    for (let round = 0; round < 8; round += 1) {
      early.push(await countRowsRead(client, times(16, talk)), await countRowsRead(client, ratings()));
      await countRowsRead(client, ratings().slice(0, 1));
    }
    for (let round = 0; round < 10; round += 1) await append(client, ...times(100, talk));
    const [talks, rated, single] = [
      await countRowsRead(client, times(16, talk)),
      await countRowsRead(client, ratings()),
      await countRowsRead(client, ratings().slice(0, 1)),
    ];
    expect(Math.max(...early, talks)).toBeLessThan(48 * 10);
    expect(rated).toBeLessThan(16 * 12);
    expect(single).toBeLessThan(16);
  } finally {
    await client.end();
    await database.close();
  }
});
