import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../src/database/connect.ts';
import { createLiveReply } from '../../../src/generation/produce/live-reply.ts';
import { createTokenLog } from '../../../src/generation/produce/token-log.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { startCutProxy } from '../../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { waitUntil } from '../../support/wait.ts';

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});
afterEach(async () => {
  await database.client.query('TRUNCATE token_log, generation');
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
    onLost: () => {},
    onError: (error) => errors.push(error),
  });
  const [first, second] = [await addStreamingReply(), await addStreamingReply()];
  const reply = createLiveReply();
  reply.append('text', 'text');
  await tokenLog.claim(first, reply);
  await tokenLog.claim(second, reply);
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

it('text that was stored though the answer of Postgres was lost is continued without a gap', async () => {
  const proxy = await startCutProxy(database.url);
  const cutPool = new pg.Pool({ connectionString: proxy.url });
  cutPool.on('error', () => {});
  const tokenLog = createTokenLog({
    pool: cutPool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError: () => {},
  });
  const id = await addStreamingReply();
  const reply = createLiveReply();
  const sprung = proxy.cutAfter('INSERT INTO token_log');
  reply.append('text', 'one, ');
  await tokenLog.claim(id, reply);
  await sprung;
  reply.append('text', 'two, ');
  proxy.restore();
  const stored = async () => {
    const { rows } = await database.client.query<{ text: string; text_offset: number }>(
      'SELECT text_offset, text FROM token_log WHERE message_id = $1 ORDER BY text_offset',
      [id],
    );
    return rows;
  };
  await waitUntil(
    'the second piece is stored',
    async () => (await stored()).at(-1)?.text.endsWith('two, ') ?? false,
  );
  reply.append('text', 'three');
  await waitUntil(
    'the third piece is stored',
    async () => (await stored()).at(-1)?.text.endsWith('three') ?? false,
  );
  let whole = '';
  for (const row of await stored()) {
    expect(row.text_offset).toBe(whole.length);
    whole += row.text;
  }
  expect(whole).toBe('one, two, three');
  tokenLog.unregister(id);
  await tokenLog.stop();
  await cutPool.end();
  await proxy.stop();
});

it('continues on another connection if one has gone silent', { timeout: 60_000 }, async () => {
  const proxy = await startCutProxy(database.url);
  const connections = connect({ url: proxy.url, poolSize: 2, onError: () => {} });
  const errors: unknown[] = [];
  const tokenLog = createTokenLog({
    pool: connections.backgroundPool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError: (error) => errors.push(error),
  });
  const id = await addStreamingReply();
  const reply = createLiveReply();
  reply.append('text', 'one, ');
  await tokenLog.claim(id, reply);
  const stored = async () => {
    const { rows } = await database.client.query<{ text: string }>(
      `SELECT string_agg(text, '' ORDER BY text_offset) AS text FROM token_log WHERE message_id = $1`,
      [id],
    );
    return rows[0]?.text;
  };
  await waitUntil('it is stored', async () => (await stored()) === 'one, ');
  proxy.silenceOpen();
  reply.append('text', 'two');
  await waitUntil('the second piece is stored', async () => (await stored()) === 'one, two', 30_000);
  expect(errors).not.toEqual([]);
  tokenLog.unregister(id);
  await tokenLog.stop();
  await connections.close();
  await proxy.stop();
});

it('more text than one statement takes is stored by several, without a gap', async () => {
  const tokenLog = createTokenLog({
    pool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError: () => {},
  });
  // Pairs, one code unit off, so that a cut at an even place would split one.
  const text = `a${'😀'.repeat(3_000_000)}`;
  const ids = [await addStreamingReply(), await addStreamingReply()];
  for (const id of ids) {
    const reply = createLiveReply();
    reply.append('text', text);
    await tokenLog.claim(id, reply);
    tokenLog.abandon(id);
  }
  await tokenLog.stop();
  const { rows } = await database.client.query<{ message_id: string; text_offset: number; text: string }>(
    'SELECT message_id, text_offset, text FROM token_log WHERE message_id = ANY ($1) ORDER BY message_id, text_offset',
    [ids],
  );
  expect(rows.length).toBeGreaterThan(2);
  const wholes = new Map<string, string>();
  for (const { message_id: id, text_offset: offset, text: piece } of rows) {
    const before = wholes.get(id) ?? '';
    expect(offset).toBe(before.length);
    wholes.set(id, before + piece);
  }
  for (const id of ids) expect(wholes.get(id) === text).toBe(true);
});

it('all of the text of a reply whose end could not be written stays until its lease expires', async () => {
  const tokenLog = createTokenLog({
    pool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError: () => {},
  });
  const id = await addStreamingReply();
  const reply = createLiveReply();
  reply.append('text', 'one, ');
  await tokenLog.claim(id, reply);
  await waitUntil('it is persisted and leased', async () => (await countRows()) === 2);
  reply.append('text', 'two');
  tokenLog.abandon(id);
  await tokenLog.stop();
  const { rows } = await database.client.query(
    `SELECT string_agg(text, '' ORDER BY text_offset) AS text FROM token_log WHERE message_id = $1`,
    [id],
  );
  expect(rows).toEqual([{ text: 'one, two' }]);
});
