import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLiveText } from '../../src/generation/live-text.ts';
import { createTokenLog } from '../../src/generation/token-log.ts';
import { newId } from '../../src/log/identifier.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { waitUntil } from '../support/wait.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

async function addStreamingReply(): Promise<string> {
  const id = newId();
  await database.client.query(
    `INSERT INTO message (id, conversation_id, position, role, content, status, created_at)
      VALUES ($1, $1, 1, 'assistant', '', 'streaming', now())`,
    [id],
  );
  return id;
}

async function countRows(): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    'SELECT (SELECT count(*) FROM token_log)::int + (SELECT count(*) FROM generation)::int AS count',
  );
  return rows[0]?.count ?? -1;
}

async function isWaitingForLock(): Promise<boolean> {
  const { rowCount } = await database.client.query(
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return rowCount === 1;
}

it('a reply that ends while the rows of another are being deleted leaves none behind', async () => {
  const errors: unknown[] = [];
  const tokenLog = createTokenLog({
    pool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onError: (error) => errors.push(error),
  });
  const [first, second] = [await addStreamingReply(), await addStreamingReply()];
  const text = createLiveText();
  text.append('text');
  tokenLog.register(first, text);
  tokenLog.register(second, text);
  await waitUntil('both are persisted and leased', async () => (await countRows()) === 4);

  const locker = new pg.Client({ connectionString: database.url });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE generation IN SHARE MODE');
  tokenLog.unregister(first);
  await waitUntil('the deletion of the first waits', isWaitingForLock);
  tokenLog.unregister(second);
  await locker.query('ROLLBACK');
  await locker.end();

  await waitUntil('no row is left', async () => (await countRows()) === 0);
  await tokenLog.stop();
  expect(errors).toEqual([]);
});
