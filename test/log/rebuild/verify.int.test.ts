import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shorten } from '../../../src/log/rebuild/row-diff.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { append, everything, rowsOf, startWithReply, update } from '../../support/log.ts';
import {
  appendTalks,
  type Bench,
  createBench,
  differing,
  hold,
  type Talk,
  waitUntilLocked,
} from '../../support/rebuild.ts';

let database: TestDatabase;
let bench: Bench;
let talk: Talk;
beforeAll(async () => {
  database = await createTestDatabase();
  bench = createBench(database.url);
  const [first] = await appendTalks(database.client, ['one', 'two']);
  if (first === undefined) throw new Error('There are talks.');
  talk = first;
});
afterAll(async () => {
  await bench.close();
  await database.close();
});

const all = async (most?: number) =>
  (await bench.verify(most)).comparisons.flatMap(({ differences }) => differences);

type Corruption = { name: string; sql: string; found: (talk: Talk) => unknown };

const corruptions: Corruption[] = [
  {
    name: 'a changed text',
    sql: `UPDATE message SET content = 'other' WHERE id = $1`,
    found: ({ reply }) => ({
      table: 'message',
      key: [reply],
      column: 'content',
      expected: '"whole"',
      actual: '"other"',
    }),
  },
  {
    name: 'a NULLed column',
    sql: `UPDATE feedback SET comment = NULL WHERE message_id = $1`,
    found: ({ reply }) => ({
      table: 'feedback',
      key: [reply, 'ada', 'end_user'],
      kind: 'changed',
      column: 'comment',
      expected: '"good"',
      actual: 'null',
    }),
  },
  {
    name: 'a missing message',
    sql: 'DELETE FROM message WHERE id = $1',
    found: ({ reply }) => ({ table: 'message', key: [reply], kind: 'missing' }),
  },
  {
    name: 'a stray feedback row',
    sql: `INSERT INTO feedback SELECT message_id, 'bob', 'judge', rating, score, comment, tags, correction, created_at,
          updated_at FROM feedback WHERE message_id = $1`,
    found: ({ reply }) => ({ table: 'feedback', key: [reply, 'bob', 'judge'], kind: 'stray' }),
  },
  {
    name: 'a wrong version',
    sql: `UPDATE conversation SET version = 1 WHERE id = (SELECT conversation_id FROM message WHERE id = $1)`,
    found: ({ conversation }) => ({
      table: 'conversation',
      key: [conversation],
      column: 'version',
      actual: '1',
    }),
  },
  {
    name: 'an instant that is off by a millisecond',
    sql: `UPDATE feedback SET updated_at = updated_at + interval '1 ms' WHERE message_id = $1`,
    found: ({ reply }) => ({ table: 'feedback', key: [reply, 'ada', 'end_user'], column: 'updated_at' }),
  },
];

for (const { name, sql, found } of corruptions) {
  it(`${name} is found, and repaired by a rebuild`, async () => {
    const before = await everything(database.client);
    await database.client.query(sql, [talk.reply]);
    const corrupt = await everything(database.client);
    expect(await all()).toEqual([expect.objectContaining(found(talk))]);
    // Verifying changed nothing.
    expect(await everything(database.client)).toEqual(corrupt);
    await bench.rebuild();
    expect(await all()).toEqual([]);
    expect(await everything(database.client)).toEqual(before);
  });
}

const countRows = async (table: 'message' | 'feedback') => (await rowsOf(database.client, table)).length;

it('all differing rows are counted; the first differences are listed by column, in the order of the keys', async () => {
  const [messages, feedback] = [await countRows('message'), await countRows('feedback')];
  expect(feedback).toBeGreaterThanOrEqual(20);
  await database.client.query(
    `UPDATE message SET content = 'other', status = 'failed'; DELETE FROM feedback`,
  );
  const verified = await bench.verify(7);
  expect(differing(verified)).toEqual({ message: messages, feedback });
  const { rows } = await database.client.query<{ id: string }>('SELECT id FROM message ORDER BY id');
  const of = (name: string) => verified.comparisons.find(({ table }) => table === name)?.differences;
  const [ofMessages, ofFeedback] = [of('message'), of('feedback')];
  expect(ofMessages).toHaveLength(7);
  expect(ofMessages?.[0]).toMatchObject({ key: [rows[0]?.id], column: 'content' });
  expect(ofMessages?.at(-1)).toMatchObject({ key: [rows[3]?.id], column: 'content' });
  expect(ofFeedback).toHaveLength(7);
  // More than are fetched at a time.
  const many = (await bench.verify(1_000)).comparisons.find(({ table }) => table === 'feedback');
  expect(many?.differences).toHaveLength(feedback);
  expect((await bench.verify(0)).comparisons.flatMap(({ differences }) => differences)).toEqual([]);
  await bench.rebuild();
});

describe('of the log itself', () => {
  const changed = async (sql: string) => {
    await database.client.query(
      'CREATE TABLE kept AS SELECT * FROM event; CREATE TABLE kept_topic AS SELECT * FROM topic',
    );
    await database.client.query(sql);
    const found = await bench.verify();
    await database.client.query(`DELETE FROM event; INSERT INTO event SELECT * FROM kept; DROP TABLE kept;
      DELETE FROM topic; INSERT INTO topic SELECT * FROM kept_topic; DROP TABLE kept_topic`);
    return found.comparisons.slice(0, 2);
  };

  it('missing offsets and versions are named, at the start and in the middle', async () => {
    const [events] = await changed(
      `DELETE FROM event WHERE topic = 'one' AND "offset" IN (0, 4, 5)
         OR conversation_id = '${talk.conversation}' AND version = 2`,
    );
    // The first event of all is the first version of its conversation; the second version has an offset too.
    expect(events?.differences.map(({ key }) => key.join(' '))).toEqual(
      expect.arrayContaining([
        'one offset 0 to 1',
        'one offset 4 to 5',
        `${talk.conversation} version 1 to 2`,
      ]),
    );
    expect(events?.differing).toBeGreaterThanOrEqual(4 + 2);
  });

  it('a topic whose next offset is not the end of its events is named', async () => {
    const { rows } = await database.client.query<{ count: string }>(
      `SELECT count(*) FROM event WHERE topic = 'one'`,
    );
    const [, topics] = await changed(
      `UPDATE topic SET next_offset = 99 WHERE name = 'one'; DELETE FROM topic WHERE name = 'two'`,
    );
    expect(topics?.differences).toEqual([
      expect.objectContaining({
        key: ['one'],
        column: 'next_offset',
        expected: rows[0]?.count,
        actual: '99',
      }),
      expect.objectContaining({ key: ['two'], column: 'next_offset', actual: '0' }),
    ]);
  });
});

describe('while others write', () => {
  it('it compares one snapshot, and blocks nobody', async () => {
    // It has its snapshot, and waits before it reads the first event.
    const held = await hold(database.url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
    const comparison = bench.verify();
    await waitUntilLocked(database.client, 'afterword verify', 'event');
    await held.client.query(`LOCK TABLE conversation, message, feedback IN SHARE ROW EXCLUSIVE MODE`);
    const { answer } = await startWithReply(held.client, 'two');
    await append(held.client, update(answer, { rating: 'like' }), update(talk.reply, { rating: 'dislike' }));
    await held.client.query('COMMIT');
    await held.release();
    expect(differing(await comparison)).toEqual({});
    expect(differing(await bench.verify())).toEqual({});
  });

  it('the switch of a rebuild waits for it', async () => {
    const held = await hold(database.url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
    const comparison = bench.verify();
    await waitUntilLocked(database.client, 'afterword verify', 'event');
    const rebuild = bench.rebuild();
    await waitUntilLocked(database.client, 'afterword rebuild', 'event');
    await held.release();
    expect(differing(await comparison)).toEqual({});
    await rebuild;
    expect(differing(await bench.verify())).toEqual({});
  });
});

it('long values are cut to the part where they begin to differ', () => {
  expect(shorten('"a"', '"b"')).toEqual(['"a"', '"b"']);
  const [same, rest] = ['s'.repeat(100), 'r'.repeat(100)];
  expect(shorten(`${same}1${rest}`, `${same}2`)).toEqual([
    `…${'s'.repeat(20)}1${'r'.repeat(59)}…`,
    `…${'s'.repeat(20)}2`,
  ]);
  expect(shorten(same, 'null')).toEqual([`${'s'.repeat(80)}…`, 'null']);
});
