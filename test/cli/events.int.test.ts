// `events` in a process of its own, while events are appended to the log.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/lib/ulid.ts';
import { formatCursor } from '../../src/log/read/cursor.ts';
import { runCommand, startCommand } from '../support/command.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { append, start, startWithReply, update } from '../support/log.ts';
import { createQueue } from '../support/queue.ts';
import { waitUntil } from '../support/wait.ts';

const topic = 'printed';
const lineSchema = z.object({ offset: z.number(), version: z.number(), type: z.string() });

let database: TestDatabase;
let ids: { conversation: string; prompt: string; answer: string };
beforeAll(async () => {
  database = await createTestDatabase();
  ids = await startWithReply(database.client, topic);
  await append(database.client, update(ids.answer, { rating: 'dislike', feedback: "it's \n three" }));
});
afterAll(() => database.close());

const events = (...args: string[]) =>
  runCommand(['events', '--topic', topic, ...args], { DATABASE_URL: database.url });
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => lineSchema.parse(JSON.parse(line)));
const offsetsOf = (text: string) => linesOf(text).map(({ offset }) => offset);
const cursor = (offset: number) => formatCursor({ topic, offset });

/** A running command, whose output is read line by line. */
function follow(...args: string[]) {
  const child = startCommand(args, { DATABASE_URL: database.url });
  const queue = createQueue<string>();
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => queue.push(line));
  lines.on('close', () => queue.end());
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  return { child, next: () => queue.take('the next line'), stderr: () => stderr };
}

describe('events', () => {
  it('prints each event as a line of JSON, with all its columns and its cursor', async () => {
    const { code, stdout, stderr } = await events();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { rows } = await database.client.query(
      `SELECT id, topic, "offset"::int AS "offset", type, conversation_id AS "conversationId", version, actor,
         recorded_at AS "recordedAt", payload FROM event WHERE topic = $1 ORDER BY "offset"`,
      [topic],
    );
    const expected = rows.map((row) => ({ ...row, cursor: cursor(row.offset) }));
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(JSON.parse(JSON.stringify(expected)));
    // Without escape sequences for colours, since stdout is a pipe.
    expect(stdout).not.toContain('\u001b');
  });

  it('starts at an offset or after a cursor, and ends at a limit', async () => {
    expect(offsetsOf((await events('--offset', '2')).stdout)).toEqual([2, 3]);
    expect(offsetsOf((await events('--after', cursor(2))).stdout)).toEqual([3]);
    expect(offsetsOf((await events('--limit', '2')).stdout)).toEqual([0, 1]);
    expect(offsetsOf((await events('--offset', '239')).stdout)).toEqual([]);
    expect(offsetsOf((await events('--limit', '0', '--follow')).stdout)).toEqual([]);
  });

  it('prints only events of some types, or of one conversation', async () => {
    const typed = await events('--types', 'update_message,START_CONVERSATION');
    expect(linesOf(typed.stdout).map(({ type }) => type)).toEqual(['START_CONVERSATION', 'UPDATE_MESSAGE']);
    const conversation = newId();
    await append(database.client, start(conversation, { topic: 'elsewhere' }));
    const { stdout } = await events('--conversation', conversation);
    expect(linesOf(stdout)).toMatchObject([{ offset: 0, version: 1 }]);
  });

  it('prints nothing for an unknown topic', async () => {
    const result = await runCommand(['events', '--topic', 'unknown'], { DATABASE_URL: database.url });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('prints several pages in order', async () => {
    await database.client.query(
      `INSERT INTO event SELECT 'many' || i, 'many', i, 'END_CONVERSATION', 'many', i + 1, NULL, now(), '{}' FROM generate_series(0, 6999) AS i`,
    );
    await database.client.query(`INSERT INTO topic VALUES ('many', 7000)`);
    const { stdout } = await runCommand(['events', '--topic', 'many', '--offset', '5'], {
      DATABASE_URL: database.url,
    });
    expect(offsetsOf(stdout)).toEqual(Array.from({ length: 6_995 }, (_, index) => index + 5));
  });

  it.each([
    ['a negative offset', ['--offset=-1'], '--offset "-1" is not a whole number'],
    ['a fractional offset', ['--offset', '1.5'], '--offset "1.5"'],
    ['an offset beyond 2^53', ['--offset', '9007199254740993'], '--offset "9007199254740993"'],
    [
      'an unknown type',
      ['--types', 'RATE'],
      '--types "RATE" is not a type of event: choose from START_CONVERSATION',
    ],
    ['an unknown option', ['--colour'], '--colour'],
    ['an argument', ['default'], "'default'"],
  ])('refuses %s with 2 and its usage', async (_name, args, message) => {
    const { code, stdout, stderr } = await events(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).toContain('Usage: npm run');
  });

  it.each([
    ['an invalid cursor', ['--after', 'rubbish'], 'is not a cursor'],
    [
      'a cursor of another topic',
      ['--after', formatCursor({ topic: 'other', offset: 1 })],
      'cursor of topic "other"',
    ],
    ['both an offset and a cursor', ['--offset', '1', '--after', cursor(1)], 'not both'],
    ['an unknown conversation', ['--conversation', 'x'], 'There is no conversation "x".'],
  ])('refuses %s with 1', async (_name, args, message) => {
    const result = await events(...args);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('events --follow', () => {
  it('prints new events, and waits for an offset beyond the end', async () => {
    const started = follow('events', '--topic', 'live', '--offset', '1', '-f');
    await append(database.client, start(newId(), { topic: 'live' }));
    await append(database.client, start(newId(), { topic: 'live' }));
    expect(JSON.parse((await started.next()) ?? '')).toMatchObject({ offset: 1 });
    await append(database.client, start(newId(), { topic: 'live' }));
    expect(JSON.parse((await started.next()) ?? '')).toMatchObject({ offset: 2 });
    started.child.kill('SIGINT');
    expect(await started.next()).toBeUndefined();
  });

  it('ends quietly when its reader has read enough', async () => {
    await append(database.client, start(newId(), { topic: 'enough' }));
    const started = follow('events', '--topic', 'enough', '--follow');
    await started.next();
    started.child.stdout.destroy();
    const closed = once(started.child, 'close');
    let isClosed = false;
    void closed.then(() => (isClosed = true));
    await waitUntil('it has ended', async () => {
      await append(database.client, start(newId(), { topic: 'enough' }));
      return isClosed;
    });
    expect((await closed)[0]).toBe(0);
    expect(started.stderr()).toBe('');
  });

  it('waits for a database that is unavailable, and continues without a gap', async () => {
    const proxy = await startCutProxy(database.url);
    const child = startCommand(['events', '--topic', 'cut', '-f'], { DATABASE_URL: proxy.url });
    const queue = createQueue<string>();
    createInterface(child.stdout).on('line', (line) => queue.push(line));
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    await append(database.client, start(newId(), { topic: 'cut' }));
    expect(JSON.parse((await queue.take('the first')) ?? '')).toMatchObject({ offset: 0 });
    proxy.cut();
    await append(database.client, start(newId(), { topic: 'cut' }));
    await waitUntil('a connection was refused', () => proxy.refusals() > 0);
    proxy.restore();
    expect(JSON.parse((await queue.take('the second')) ?? '')).toMatchObject({ offset: 1 });
    expect(stderr).toContain("The log can't be read, trying again");
    child.kill();
    await once(child, 'close');
    await proxy.stop();
  });
});

it('a command refuses a database of another version, and does not migrate it', async () => {
  const url = new URL(database.url);
  url.pathname = '/postgres';
  const { code, stderr } = await runCommand(['events'], { DATABASE_URL: url.href });
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('afterword -- migrate'),
  });
});
