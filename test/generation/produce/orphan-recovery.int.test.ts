// Ends the replies that their node can't end any more, and no others.
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRecovery } from '../../../src/generation/produce/orphan-recovery.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { add, append, running, start, update } from '../../support/log.ts';
import { waitUntil } from '../../support/wait.ts';
import { createTestWriter, type TestWriter } from '../../support/writer.ts';

let database: TestDatabase;
let pool: pg.Pool;
let writer: TestWriter;
let errors: unknown[];

// Recovery ends all orphans of a database, so that each case has one of its own.
beforeEach(async () => {
  errors = [];
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  writer = createTestWriter(database.url);
});
afterEach(async () => {
  await writer.close();
  await pool.end();
  await database.close();
  expect(errors).toEqual([]);
});

/** Each in a conversation of its own. */
async function addReplies(count: number): Promise<string[]> {
  const replies = Array.from({ length: count }, newId);
  const appends = replies.map((id) => {
    const conversation = newId();
    return [start(conversation), add(conversation, newId()), running(conversation, id)];
  });
  await append(database.client, ...appends);
  return replies;
}

async function addRows(messageId: string, text: string, lease = '-1 second'): Promise<void> {
  const { client } = database;
  await client.query('INSERT INTO token_log (message_id, text_offset, text) VALUES ($1, 0, $2)', [
    messageId,
    text,
  ]);
  await client.query(
    `INSERT INTO generation (message_id, node_id, lease_until) VALUES ($1, 'a node', now() + $2::interval)`,
    [messageId, lease],
  );
}

async function withRecovery(
  options: Partial<Parameters<typeof startRecovery>[0]>,
  until: () => Promise<boolean>,
): Promise<void> {
  const recovery = startRecovery({
    pool,
    writer,
    leaseMs: 1_000,
    knownText: () => undefined,
    isRunning: () => false,
    onRecovered: () => {},
    onError: (error) => errors.push(error),
    ...options,
  });
  await waitUntil('recovery has done its work', until).finally(() => recovery.stop());
}

async function read(ids: string[]): Promise<{ status: string; content: string }[]> {
  const text = 'SELECT status, content FROM message WHERE id = ANY ($1) ORDER BY array_position($1, id)';
  return (await database.client.query<{ status: string; content: string }>(text, [ids])).rows;
}

async function hasRows(messageId: string): Promise<boolean> {
  const { rowCount } = await database.client.query(
    `SELECT FROM token_log WHERE message_id = $1 UNION ALL SELECT FROM generation WHERE message_id = $1`,
    [messageId],
  );
  return rowCount !== 0;
}

it('rows that a dead node left of a reply that had ended are deleted, and the reply is unchanged', async () => {
  const [ended = '', alive = ''] = await addReplies(2);
  await append(
    database.client,
    update(ended, { status: 'complete', content: 'all of it' }, { actor: null, privileged: true }),
  );
  await addRows(ended, 'all of');
  await addRows(alive, 'going on', '1 hour');
  await withRecovery({}, async () => !(await hasRows(ended)));
  expect(await read([ended, alive])).toEqual([
    { status: 'complete', content: 'all of it' },
    { status: 'streaming', content: '' },
  ]);
  expect(await hasRows(alive)).toBe(true);
});

it('a node does not end its own replies whose lease expired while it was paused', async () => {
  const [ours = '', theirs = ''] = await addReplies(2);
  await addRows(ours, 'ours');
  await addRows(theirs, 'theirs');
  await withRecovery({ isRunning: (id) => id === ours }, async () => !(await hasRows(theirs)));
  expect(await read([ours, theirs])).toEqual([
    { status: 'streaming', content: '' },
    { status: 'interrupted', content: 'theirs' },
  ]);
});

it('text that readers have seen is kept if it continues the token log; otherwise the token log counts', async () => {
  const [longer = '', shorter = '', astray = ''] = await addReplies(3);
  for (const id of [longer, shorter, astray]) await addRows(id, 'some text');
  const seen = new Map([
    [longer, 'some text and more'],
    [shorter, 'some'],
    [astray, 'another text'],
  ]);
  await withRecovery(
    { knownText: (id) => ({ text: seen.get(id) ?? '', reasoning: '' }) },
    async () => !(await hasRows(astray)),
  );
  expect(await read([longer, shorter, astray])).toEqual([
    { status: 'interrupted', content: 'some text and more' },
    { status: 'interrupted', content: 'some text' },
    { status: 'interrupted', content: 'some text' },
  ]);
});

it('live nodes have time to renew their leases once Postgres answers again', async () => {
  const [alive = '', dead = ''] = await addReplies(2);
  for (const id of [alive, dead]) await addRows(id, 'text');
  const locker = new pg.Client({ connectionString: database.url });
  await locker.connect();
  await locker.query('BEGIN; LOCK TABLE generation IN ACCESS EXCLUSIVE MODE');
  const lockedAt = performance.now();
  // Four times as long as Postgres may take to answer before expired leases are ignored.
  const leaseMs = 2_000;
  const renewing = waitUntil(
    'Postgres was unavailable for a lease',
    () => performance.now() - lockedAt > leaseMs,
  )
    .then(() => locker.query('ROLLBACK'))
    .then(() =>
      locker.query(`UPDATE generation SET lease_until = now() + '1 hour' WHERE message_id = $1`, [alive]),
    );
  await withRecovery({ leaseMs }, async () => !(await hasRows(dead)));
  await renewing;
  await locker.end();
  expect(await read([alive, dead])).toEqual([
    { status: 'streaming', content: '' },
    { status: 'interrupted', content: 'text' },
  ]);
});

it('the replies of a dead node are ended together, not one by one', async () => {
  const replies = await addReplies(350);
  for (const id of replies) await addRows(id, `text of ${id}`);
  let recovered = 0;
  const commitsBefore = writer.commits.length;
  await withRecovery(
    { leaseMs: 600_000, onRecovered: () => (recovered += 1) },
    async () => recovered === 350,
  );
  expect(writer.commits.length - commitsBefore).toBeLessThan(50);
  expect(await read(replies)).toEqual(
    replies.map((id) => ({ status: 'interrupted', content: `text of ${id}` })),
  );
});

it('two nodes that recover the same replies end each once', async () => {
  const replies = await addReplies(20);
  for (const id of replies) await addRows(id, 'text');
  const recovered: string[] = [];
  const onRecovered = (id: string) => recovered.push(id);
  const areGone = async () => !(await Promise.all(replies.map(hasRows))).includes(true);
  const nodes = [withRecovery({ onRecovered }, areGone), withRecovery({ onRecovered }, areGone)];
  await Promise.all(nodes);
  expect(recovered.toSorted()).toEqual(replies.toSorted());
});
