// `rebuild` in a process of its own, beside a running server, and killed.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { runCommand, startCommand } from '../support/command.ts';
import { createTestDatabase } from '../support/database.ts';
import { everything } from '../support/log.ts';
import { appendTalks, hasShadow, hold, type Talk, waitUntilLocked } from '../support/rebuild.ts';
import { startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let environment: Record<string, string>;
let talk: Talk;
beforeAll(async () => {
  // The conversations have a streaming reply without a lease, which recovery must not end during the tests.
  test = await startTestApp({ GENERATION_LEASE_MS: '600000' });
  environment = { DATABASE_URL: test.database.url };
  const [first] = await appendTalks(test.database.client, ['one', 'two']);
  if (first === undefined) throw new Error('No conversation was appended.');
  talk = first;
});
afterAll(() => test.stop());

const run = (...args: string[]) => runCommand(['rebuild', ...args], environment);

it('reports the differences, repairs them, and then finds none', async () => {
  // A database of its own: the counts of all its rows are compared.
  await using stack = new AsyncDisposableStack();
  const database = await createTestDatabase();
  stack.defer(() => database.close());
  const { client, url } = database;
  const [talk] = await appendTalks(client, ['one', 'two']);
  if (talk === undefined) throw new Error('No conversation was appended.');
  const run = (...args: string[]) => runCommand(['rebuild', ...args], { DATABASE_URL: url });
  const before = await everything(client);
  await client.query(`UPDATE message SET content = 'other' WHERE id = '${talk.reply}';
    DELETE FROM message WHERE id = '${talk.prompt}'; UPDATE conversation SET version = 1 WHERE id = '${talk.conversation}';
    UPDATE feedback SET username = 'stray' WHERE message_id = '${talk.reply}'`);
  const found = await run('--verify');
  expect(found).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The projections differ from the log'),
  });
  expect(found.stdout.split('\n')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        `^conversation ${talk.conversation}: version: the log says \\d+, the table says 1.$`,
      ),
      `message ${talk.prompt}: is missing.`,
      `message ${talk.reply}: content: the log says "whole", the table says "other".`,
      `feedback ${talk.reply} ada end_user: is missing.`,
      `feedback ${talk.reply} stray end_user: is not in the log.`,
      'conversation: 1 of 8 rows differ.',
      'message: 2 of 24 rows differ.',
      'feedback: 2 of 20 rows differ.',
    ]),
  );
  const few = await run('--verify', '--differences', '2');
  expect(
    few.stdout.split('\n').filter((line) => line.includes(': ') && !line.includes('rows differ')),
  ).toHaveLength(2);
  const rows =
    '8 in conversation, 24 in message, 20 in feedback, 0 in conversation_feedback, \\d+ in signal, ' +
    '\\d+ in reply_rollup, \\d+ in signal_rollup, \\d+ in rating_rollup\\.\\n$';
  const rebuilt = await run();
  expect(rebuilt).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      `^Rebuilt from 7\\d events in \\d+\\.\\d s \\([\\d,]+ events/s\\): ${rows}`,
    ),
    stderr: '',
  });
  expect(await everything(client)).toEqual(before);
  expect(await run('--verify')).toEqual({
    code: 0,
    stdout: expect.stringMatching(`^Equal: 7\\d events compared in .* ${rows}`),
    stderr: '',
  });
});

it('ends with 2 if its arguments are invalid', async () => {
  for (const args of [
    ['--differences', '3'],
    ['--verify', '--differences', 'all'],
    ['--verify', '--differences', '1001'],
    ['now'],
  ]) {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: '),
    });
  }
});

/** When a rebuild can be made to wait for a lock, and on which table. */
const moments = [
  {
    moment: 'before it has read an event',
    statement: 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE',
    table: 'event',
  },
  { moment: 'while it replaces the tables', statement: 'SELECT FROM feedback', table: 'feedback' },
];

for (const { moment, statement, table } of moments) {
  it(`a rebuild that is killed ${moment} does not affect the server, and the next one succeeds`, async () => {
    const { client, url } = test.database;
    const before = await everything(client);
    const lock = await hold(url, statement);
    const child = startCommand(['rebuild'], environment);
    await waitUntilLocked(client, 'afterword rebuild', table);
    child.kill('SIGKILL');
    await once(child, 'close');
    await lock.release();
    await waitUntil('Postgres has closed its connection', async () => {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'afterword rebuild' AND datname = current_database()`,
      );
      return rows.length === 0;
    });
    expect(await hasShadow(client)).toBe(true);
    expect(await everything(client)).toEqual(before);
    const input = { messageId: talk.other, rating: 'LIKE' as const, username: moment };
    const { rateMessage } = await test.client.run(operations.RateMessageDocument, { input });
    expect(rateMessage.feedback?.rating).toBe('LIKE');
    expect(await run()).toMatchObject({ code: 0 });
    expect(await hasShadow(client)).toBe(false);
    await test.client.run(operations.MessageDocument, { id: talk.other });
    await startConversation(test.client);
    expect(await run('--verify')).toMatchObject({ code: 0 });
  });
}

it('an interrupted rebuild removes its tables and ends with 130; a second one is refused until then', async () => {
  const { client, url } = test.database;
  const lock = await hold(url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
  const child = startCommand(['rebuild'], environment);
  const stderr = text(child.stderr);
  await waitUntilLocked(client, 'afterword rebuild', 'event');
  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Another rebuild is running'),
  });
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(await stderr).toBe('Interrupted: the projections are unchanged.\n');
  expect(await hasShadow(client)).toBe(false);
  await lock.release();
});

it('reports the process that it waits for', async () => {
  const { client, url } = test.database;
  const lock = await hold(url, 'SELECT FROM feedback');
  const child = startCommand(['rebuild'], environment);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part));
  await waitUntil('it is reported', () => stderr.includes('Waiting to replace the tables: process '));
  await lock.release();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await hasShadow(client)).toBe(false);
});
