// An aborted statement ends, wherever it is, and its connection is free again.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queryUntilAborted } from '../../src/database/abortable-query.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitUntil } from '../support/wait.ts';

const longest = { text: 'SELECT pg_sleep(3600)' };

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

async function running(): Promise<number> {
  const { rowCount } = await database.client.query(
    `SELECT FROM pg_stat_activity WHERE query = $1 AND state = 'active' AND datname = current_database()`,
    [longest.text],
  );
  return rowCount ?? 0;
}

it('an aborted statement ends in Postgres and throws the reason of the abort', async () => {
  const leaving = new AbortController();
  const asked = queryUntilAborted(pool, longest, leaving.signal);
  const refused = expect(asked).rejects.toThrow('nobody waits');
  await waitUntil('it runs', async () => (await running()) === 1);
  leaving.abort(new Error('nobody waits'));
  await refused;
  await waitUntil('it has ended', async () => (await running()) === 0);
  expect(pool.idleCount).toBe(pool.totalCount);
});

it('a statement that is aborted while it waits for a connection does not run and keeps no connection', async () => {
  const held = [await pool.connect(), await pool.connect()];
  const leaving = new AbortController();
  const asked = queryUntilAborted(pool, longest, leaving.signal);
  leaving.abort(new Error('nobody waits'));
  for (const client of held) client.release();
  await expect(asked).rejects.toThrow('nobody waits');
  expect(await running()).toBe(0);
  expect(pool.idleCount).toBe(2);
});

it('a statement that is not aborted returns its rows or throws its own error', async () => {
  const { signal } = new AbortController();
  expect(await queryUntilAborted(pool, { text: 'SELECT 1 AS one' }, signal)).toEqual([{ one: 1 }]);
  await expect(queryUntilAborted(pool, { text: 'SELECT 1/0' }, signal)).rejects.toThrow('division by zero');
  expect(pool.idleCount).toBe(pool.totalCount);
});
