import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { add, append, everything, start } from '../../support/log.ts';
import {
  appendTalks,
  type Bench,
  catalogOf,
  createBench,
  differing,
  hasShadow,
  hold,
  physicalRows,
  waitUntilLocked,
} from '../../support/rebuild.ts';
import { waitUntil } from '../../support/wait.ts';

let database: TestDatabase;
let bench: Bench;
beforeEach(async () => {
  database = await createTestDatabase();
  bench = createBench(database.url);
});
afterEach(async () => {
  await bench.close();
  await database.close();
});

it('the rebuilt projections of several topics equal those made by appends, in new tables', async () => {
  const { client } = database;
  await appendTalks(client, ['one', 'three', 'two'], 90);
  const before = await everything(client);
  const oids = async () =>
    (await client.query(`SELECT 'conversation'::regclass::oid, 'message'::regclass::oid AS m`)).rows;
  const oldTables = await oids();
  const pieces: number[] = [];
  const rebuilt = await bench.rebuild({ onProgress: (done) => pieces.push(done) });
  expect(await everything(client)).toEqual(before);
  expect(await oids()).not.toEqual(oldTables);
  const counts = {
    ...{ conversation: 270, message: 810, feedback: 675, conversation_feedback: 0, signal: 540 },
    ...{ reply_rollup: 3, signal_rollup: 6, rating_rollup: 6 },
  };
  expect(rebuilt.rows).toEqual(Object.entries(counts).map(([table, count]) => ({ table, count })));
  expect(rebuilt.events).toBe(pieces.at(-1));
  expect(await hasShadow(client)).toBe(false);
  // Both single feedback and other events that are appended afterwards are projected into the new tables.
  await appendTalks(client, ['one']);
  expect(differing(await bench.verify())).toEqual({});
});

it('an empty log results in empty projections', async () => {
  await database.client.query(
    `INSERT INTO feedback (message_id, username, source, created_at, updated_at) VALUES ('m', 'ada', 'judge', now(), now())`,
  );
  expect(await bench.rebuild()).toMatchObject({ events: 0 });
  expect(await bench.verify()).toMatchObject({ events: 0, comparisons: expect.any(Array) });
  expect(await everything(database.client)).toMatchObject({ conversation: [], message: [], feedback: [] });
});

it('columns, indexes, constraints, owner and privileges are kept', async () => {
  const { client } = database;
  await client.query(`
    CREATE INDEX "Odd name" ON feedback (lower(comment) DESC NULLS LAST) INCLUDE (score) WHERE rating = 'dislike';
    ALTER TABLE message ADD COLUMN extra numeric(8, 2) DEFAULT 7, DROP COLUMN usage;
    ALTER TABLE conversation ADD CONSTRAINT "odd check" CHECK (version > 0), ADD UNIQUE (id, topic);
    ALTER TABLE message SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE message ALTER COLUMN content SET STORAGE EXTERNAL;
    GRANT SELECT, UPDATE ON conversation TO PUBLIC;
    GRANT SELECT ON message TO pg_monitor WITH GRANT OPTION;
    GRANT UPDATE (comment) ON feedback TO pg_monitor;
    ALTER TABLE feedback OWNER TO pg_monitor;
    REVOKE DELETE ON feedback FROM pg_monitor`);
  // As a later version could add them.
  await client.query(
    `CREATE OR REPLACE FUNCTION project_events(events event[]) RETURNS void LANGUAGE sql AS ''`,
  );
  const before = await catalogOf(client);
  expect(JSON.stringify(before)).toContain('message_streaming_idx');
  await bench.rebuild();
  expect(await catalogOf(client)).toEqual(before);
});

it('a chunk of the log is also limited in characters', async () => {
  const conversation = newId();
  await append(database.client, start(conversation));
  const content = 'x'.repeat(3_000_000);
  for (let round = 0; round < 5; round += 1) {
    await append(database.client, add(conversation, newId(), { content }));
  }
  const pieces: number[] = [];
  await bench.rebuild({ onProgress: (done) => pieces.push(done) });
  expect(pieces).toEqual([4, 6]);
});

describe('until the switch', () => {
  it('nothing is written to the tables in use, even on a connection that has projected into them', async () => {
    const { client } = database;
    await appendTalks(client, ['one', 'two']);
    const connection = await bench.pool.connect();
    await appendTalks(connection, ['one']);
    connection.release();
    const before = await physicalRows(client);
    const stop = new AbortController();
    const rebuild = bench.rebuild({
      signal: stop.signal,
      onProgress: (done, total) => done === total && stop.abort(new Error('stopped')),
    });
    await expect(rebuild).rejects.toThrow('stopped');
    expect(await hasShadow(client)).toBe(false);
    expect(await physicalRows(client)).toEqual(before);
    await bench.verify();
    expect(await physicalRows(client)).toEqual(before);
  });

  it('an abort cancels the running statement, leaves nothing behind, and lets the next rebuild succeed', async () => {
    const { client, url } = database;
    await appendTalks(client, ['one']);
    const held = await hold(url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
    const stop = new AbortController();
    const rebuild = bench.rebuild({ signal: stop.signal });
    await waitUntilLocked(client, 'afterword rebuild', 'event');
    expect(await hasShadow(client)).toBe(true);
    stop.abort(new Error('stopped'));
    await expect(rebuild).rejects.toThrow('stopped');
    expect(await hasShadow(client)).toBe(false);
    await held.release();
    expect(await bench.rebuild()).toMatchObject({ events: 35 });
  });

  it('after a lost connection the old tables are in use, and the next rebuild removes what is left', async () => {
    const { client, url } = database;
    await appendTalks(client, ['one']);
    const before = await everything(client);
    const held = await hold(url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
    const rebuild = bench.rebuild();
    const outcome = expect(rebuild).rejects.toThrow(/terminat/);
    await waitUntilLocked(client, 'afterword rebuild', 'event');
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'afterword rebuild' AND datname = current_database()`,
    );
    await outcome;
    expect(await hasShadow(client)).toBe(true);
    await held.release();
    expect(await everything(client)).toEqual(before);
    await bench.rebuild();
    expect(await everything(client)).toEqual(before);
  });

  it('a second rebuild is refused', async () => {
    const { client, url } = database;
    const held = await hold(url, 'LOCK TABLE topic IN ACCESS EXCLUSIVE MODE');
    const first = bench.rebuild();
    await waitUntilLocked(client, 'afterword rebuild', 'topic');
    await expect(bench.rebuild()).rejects.toThrow('Another rebuild is running');
    expect(await hasShadow(client)).toBe(true);
    await held.release();
    await first;
  });
});

describe('the switch', () => {
  it('waits for transactions on the old tables, and lets others read and append meanwhile', async () => {
    const { client, url } = database;
    await appendTalks(client, ['one']);
    const held = await hold(url, 'SELECT FROM feedback');
    const blockers: { name: string; pid: number }[] = [];
    const rebuild = bench.rebuild({ onBlocked: (blocker) => blockers.push(blocker) });
    await waitUntil('the switch was tried', () => blockers.length > 0);
    await appendTalks(client, ['one', 'new']);
    await waitUntil('the switch was tried again', () => blockers.length > 1);
    expect((await held.client.query('SELECT FROM feedback')).rows.length).toBeGreaterThan(0);
    const { rows } = await held.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(blockers.map(({ pid }) => pid)).toContain(rows[0]?.pid);
    await held.release();
    expect(await rebuild).toMatchObject({ events: 35 * 3 });
    expect(differing(await bench.verify())).toEqual({});
  });

  it('gives up before a reader that locks the tables in another order is canceled for a deadlock', async () => {
    const { client, url } = database;
    await appendTalks(client, ['one']);
    const held = await hold(url, 'SELECT FROM feedback');
    const rebuild = bench.rebuild();
    await waitUntilLocked(client, 'afterword rebuild', 'feedback');
    expect((await held.client.query('SELECT FROM conversation')).rows).toHaveLength(4);
    await held.release();
    await rebuild;
  });

  it('is refused if the tables or functions were changed meanwhile', async () => {
    const { client, url } = database;
    await appendTalks(client, ['one']);
    const changes = [
      'ALTER TABLE message ADD COLUMN extra text',
      `CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void LANGUAGE sql AS ''`,
    ];
    for (const change of changes) {
      const held = await hold(url, 'SELECT FROM feedback');
      const outcome = expect(
        bench.rebuild({
          onBlocked: () =>
            void client.query(change).then(
              () => held.release(),
              () => {},
            ),
        }),
      ).rejects.toThrow('were changed while they were rebuilt');
      await outcome;
      expect(await hasShadow(client)).toBe(false);
    }
  });
});

describe('a rebuild refuses', () => {
  it('if other objects depend on the tables, and names them', async () => {
    const { client } = database;
    await client.query(`CREATE VIEW dashboard AS SELECT rating FROM feedback`);
    await expect(bench.rebuild()).rejects.toThrow('rule _RETURN on view dashboard. Drop them');
    await client.query(`DROP VIEW dashboard; CREATE TRIGGER watch AFTER INSERT ON message
      FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`);
    await expect(bench.rebuild()).rejects.toThrow('trigger watch on table message');
    await client.query(
      'DROP TRIGGER watch ON message; CREATE FUNCTION of(message) RETURNS text RETURN $1.id',
    );
    await expect(bench.rebuild()).rejects.toThrow('function of(message)');
  });

  it('a log with a gap, and keeps the projections, which may have what the log has lost', async () => {
    const { client } = database;
    await appendTalks(client, ['one']);
    await client.query(`DELETE FROM event WHERE topic = 'one' AND "offset" = 5`);
    const before = await physicalRows(client);
    await expect(bench.rebuild()).rejects.toThrow('The log is damaged: topic "one" lacks events');
    await client.query(`DELETE FROM event WHERE topic = 'one'`);
    await expect(bench.rebuild()).rejects.toThrow('between the offsets 0 and 34');
    expect(await physicalRows(client)).toEqual(before);
    expect(await hasShadow(client)).toBe(false);
  });

  it('a log that can not be projected, and names the offset', async () => {
    const { client } = database;
    const [talk] = await appendTalks(client, ['one']);
    await client.query(
      `UPDATE event SET payload = payload || jsonb_build_object('id', $1::text) WHERE topic = 'one' AND "offset" = 3`,
      [talk?.prompt],
    );
    const sentence = /topic "one", from offset 0: duplicate key value/;
    await expect(bench.rebuild()).rejects.toThrow(sentence);
    await expect(bench.verify()).rejects.toThrow(sentence);
  });
});
