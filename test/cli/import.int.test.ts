// `import` in a process of its own: the events about strawberries, its options, and its messages.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { added, asJson, printed, started, strawberry, strawberryPath, updated } from '../support/ensign.ts';
import { everything, rowsOf } from '../support/log.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'afterword-import-'));
});
afterEach(async () => {
  await database.client.query('TRUNCATE topic, event, conversation, message, feedback');
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.close();
});

const run = (args: string[], input = '') =>
  runCommand(['import', 'ensign', ...args], { DATABASE_URL: database.url }, input);
const count = async () => (await rowsOf(database.client, 'event')).length;

const rating = (id: string) => printed(updated('a', id, { rating: 'like' }));
const start = printed(started('a'));
const message = (id: string) => printed(added('a', id));

it('imports the five events about strawberries once', async () => {
  const first = await run([strawberryPath, '--topic', 'strawberry']);
  expect(first).toEqual({
    code: 0,
    stdout: 'Imported 5 events into topic strawberry (0 were already there, 0 bad lines).\n',
    stderr: '',
  });
  expect(await rowsOf(database.client, 'event')).toMatchObject([
    { topic: 'strawberry', offset: 0, version: 1, type: 'START_CONVERSATION', actor: 'imported' },
    { topic: 'strawberry', offset: 1, version: 2, type: 'ADD_MESSAGE' },
    { topic: 'strawberry', offset: 2, version: 3, type: 'ADD_MESSAGE' },
    { topic: 'strawberry', offset: 3, version: 4, type: 'UPDATE_MESSAGE', payload: { rating: 'dislike' } },
    { topic: 'strawberry', offset: 4, version: 5, type: 'UPDATE_MESSAGE' },
  ]);
  const messages = await rowsOf(database.client, 'message');
  const reply = messages.find((row) => Object(row).role === 'assistant');
  expect(messages).toHaveLength(2);
  expect(reply).toMatchObject({ metadata: { ensign_id: '2' }, status: 'complete' });
  expect(await rowsOf(database.client, 'feedback')).toMatchObject([
    { message_id: Object(reply).id, rating: 'dislike', comment: "There are three r's in strawberry" },
  ]);
  const before = await everything(database.client);
  expect(await run(['-', '--topic', 'strawberry'], strawberry)).toEqual({
    code: 0,
    stdout: 'Imported 0 events into topic strawberry (5 were already there, 0 bad lines).\n',
    stderr: '',
  });
  expect(await everything(database.client)).toEqual(before);
});

it('reads both formats in one file, and timestamps with the given offset', async () => {
  const file = join(folder, 'mixed.txt');
  const noZone = added('a', '2', { timestamp: '2024-09-13T18:11:48.5' });
  await writeFile(
    file,
    `\ufeff${start}\r\n\n${asJson(added('a', '1'))}\r\n${printed(noZone)}\n${rating('2')}`,
  );
  const { code, stdout } = await run([file, '--username=ada', '--utc-offset=-05:00']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: 'Imported 4 events into topic default (0 were already there, 0 bad lines).\n',
  });
  expect(await rowsOf(database.client, 'conversation')).toMatchObject([{ username: 'ada' }]);
  const { rows } = await database.client.query('SELECT created_at FROM message ORDER BY position');
  expect(rows).toEqual([
    { created_at: new Date('2024-09-13T23:11:48.123Z') },
    { created_at: new Date('2024-09-13T23:11:48.5Z') },
  ]);
});

it('reports bad lines with their numbers, and imports the others', async () => {
  const lines = [
    start,
    'hello',
    '',
    message('1'),
    rating('9'),
    printed(added('a', '2', { rating: 7 })),
    rating('1'),
  ];
  const { code, stdout, stderr } = await run(['-'], lines.join('\n'));
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'Imported 3 events into topic default (0 were already there, 3 bad lines).\n',
  });
  expect(stderr.trim().split('\n').toSorted()).toEqual([
    expect.stringMatching(/^Line 2: "hello" is not an event: /),
    'Line 5: There is no message "9" that you may write to.',
    'Line 6: rating 7 must be like, dislike, or a number from 0 to 1.',
  ]);
});

it('reports twenty bad lines, and how many more there are', async () => {
  const { code, stderr } = await run(['-'], Array.from({ length: 35 }, () => 'hello\n').join(''));
  expect(code).toBe(1);
  const reported = stderr.trim().split('\n');
  expect(reported).toHaveLength(21);
  expect(reported[19]).toMatch(/^Line 20: /);
  expect(reported[20]).toBe('And 15 more bad lines.');
});

it('if strict, ends at the first bad line, after importing all lines before it', async () => {
  const lines = [start, message('1'), 'hello', message('2'), 'hello'];
  const { code, stdout, stderr } = await run(['-', '--strict'], lines.join('\n'));
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'Imported 2 events into topic default (0 were already there, 1 bad line).\n',
  });
  expect(stderr).toMatch(/^Line 3: .*\nEnded at the bad line: all lines before it are imported\.\n$/);
  expect(await count()).toBe(2);
  const refused = [start, message('1'), rating('9'), message('2'), rating('2')];
  const second = await run(['-', '--strict'], refused.join('\n'));
  expect(second).toMatchObject({ code: 1, stdout: expect.stringContaining('0 events') });
  expect(second.stderr).toMatch(/^Line 3: There is no message /);
  expect(await count()).toBe(2);
});

it('writes nothing in a dry run, which needs no database', async () => {
  const lines = [start, message('1'), 'hello'];
  const { code, stdout, stderr } = await runCommand(
    ['import', 'ensign', '-', '--dry-run', '--topic=t'],
    {},
    lines.join('\n'),
  );
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'Read 2 events for topic t (1 bad line); nothing was written.\n',
  });
  expect(stderr).toMatch(/^Line 3: "hello" is not an event/);
  expect(await run([strawberryPath, '--dry-run'])).toMatchObject({ code: 0 });
  expect(await count()).toBe(0);
});

it('reports what is wrong with a file that can’t be read', async () => {
  expect(await run([join(folder, 'missing')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`missing" can't be read: There is no such file.`),
  });
  expect(await run([folder])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/" is a folder: give a file\.\n$/),
  });
  expect(await run([process.execPath])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^This is not a text file: /),
  });
  const empty = join(folder, 'empty');
  await writeFile(empty, '');
  expect(await run([empty])).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported 0 events') });
});

it('ends with 2 if its arguments are invalid', async () => {
  const unknown = await runCommand(['import', 'csv', strawberryPath]);
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^There is no format "csv":\n {2}ensign .*Usage: /s),
  });
  for (const args of [
    ['ensign'],
    ['ensign', 'a', 'b'],
    ['ensign', 'a', '--colour'],
    ['ensign', 'a', '--utc-offset=5'],
  ]) {
    expect(await runCommand(['import', ...args])).toMatchObject({ code: 2, stdout: '' });
  }
  expect(await run([strawberryPath, '--topic', 'a b'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^topic "a b" is not a valid name/),
  });
});
