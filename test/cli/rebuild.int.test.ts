// The command as people call it, beside a server that runs, and killed in the middle.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { runCommand, startCommand } from '../support/command.ts';
import { everything } from '../support/log.ts';
import { appendTalks, hasShadow, hold, type Talk, waitUntilLocked } from '../support/rebuild.ts';
import { startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let environment: Record<string, string>;
let talk: Talk;
beforeAll(async () => {
  // The talks have a running reply without a lease, which recovery must not end meanwhile.
  test = await startTestApp({ GENERATION_LEASE_MS: '600000' });
  environment = { DATABASE_URL: test.database.url };
  const [first] = await appendTalks(test.database.client, ['one', 'two']);
  if (first === undefined) throw new Error('There are talks.');
  talk = first;
});
afterAll(() => test.stop());

const run = (...args: string[]) => runCommand(['rebuild', ...args], environment);

it('names the differences, repairs them, and then finds none', async () => {
  const { client } = test.database;
  const before = await everything(client);
  await client.query(`UPDATE message SET content = 'other' WHERE id = '${talk.reply}';
    DELETE FROM message WHERE id = '${talk.prompt}'; UPDATE conversation SET version = 1 WHERE id = '${talk.conversation}';
    UPDATE feedback SET username = 'stray' WHERE message_id = '${talk.reply}'`);
  const found = await run('--verify');
  expect(found).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The projections and the log disagree'),
  });
  expect(found.stdout.split('\n')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        `^conversation ${talk.conversation}: version: the log says \\d+, the table holds 1.$`,
      ),
      `message ${talk.prompt}: is missing.`,
      `message ${talk.reply}: content: the log says "whole", the table holds "other".`,
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

it('ends with 2 where its arguments make no sense', async () => {
  const senseless = [['--differences', '3'], ['--verify', '--differences', 'all'], ['now']];
  for (const args of [...senseless, ['--verify', '--differences', '1001']]) {
    expect(await run(...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: '),
    });
  }
});

/** Where a rebuild can be made to wait, and for which table it then does. */
const places = [
  {
    place: 'before it has read an event',
    statement: 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE',
    table: 'event',
  },
  { place: 'at the switch', statement: 'SELECT FROM feedback', table: 'feedback' },
];

for (const { place, statement, table } of places) {
  it(`killed ${place}, it leaves the server at work, and the next one succeeds`, async () => {
    const { client, url } = test.database;
    const before = await everything(client);
    const held = await hold(url, statement);
    const child = startCommand(['rebuild'], environment);
    await waitUntilLocked(client, 'afterword rebuild', table);
    child.kill('SIGKILL');
    await once(child, 'close');
    await held.release();
    await waitUntil('Postgres has noticed', async () => {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'afterword rebuild' AND datname = current_database()`,
      );
      return rows.length === 0;
    });
    expect(await hasShadow(client)).toBe(true);
    expect(await everything(client)).toEqual(before);
    const input = { messageId: talk.other, rating: 'LIKE' as const, username: place };
    const { rateMessage } = await test.client.run(operations.RateMessageDocument, { input });
    expect(rateMessage.feedback?.rating).toBe('LIKE');
    expect(await run()).toMatchObject({ code: 0 });
    expect(await hasShadow(client)).toBe(false);
    await test.client.run(operations.MessageDocument, { id: talk.other });
    await startConversation(test.client);
    expect(await run('--verify')).toMatchObject({ code: 0 });
  });
}

it('on Ctrl-C it clears away what it made, and ends with 130; until then a second one is refused', async () => {
  const { client, url } = test.database;
  const held = await hold(url, 'LOCK TABLE event IN ACCESS EXCLUSIVE MODE');
  const child = startCommand(['rebuild'], environment);
  const stderr = text(child.stderr);
  await waitUntilLocked(client, 'afterword rebuild', 'event');
  expect(await run()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Another rebuild is running'),
  });
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([130, null]);
  expect(await stderr).toBe('Interrupted: the projections are as they were.\n');
  expect(await hasShadow(client)).toBe(false);
  await held.release();
});

it('says for whom the switch waits', async () => {
  const { client, url } = test.database;
  const held = await hold(url, 'SELECT FROM feedback');
  const child = startCommand(['rebuild'], environment);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part));
  await waitUntil('it says so', () => stderr.includes('Waiting to switch: process '));
  await held.release();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await hasShadow(client)).toBe(false);
});
