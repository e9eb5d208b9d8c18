// Imports that don't finish: killed, interrupted, or without their database. Repeating them adds what is missing.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand, startCommand } from '../support/command.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { added, ended, printed, started, updated } from '../support/ensign.ts';
import { contentsOf } from '../support/imported.ts';
import { waitUntil } from '../support/wait.ts';

/** The steps of 100 conversations, whose lines are interleaved. */
const steps = [
  (name: string) => started(name, { username: 'ada' }),
  (name: string) => added(name, '1', { role: 'user' }),
  (name: string) => added(name, '2'),
  (name: string) => updated(name, '2', { rating: 'like' }),
  (name: string) => updated(name, '2', { feedback: 'Good.' }),
  (name: string) => updated(name, '2', { rating: 'like' }),
  (name: string) => ended(name),
];
const names = Array.from({ length: 100 }, (_, index) => `chat ${index}`);
const lines = steps.flatMap((step) => names.map((name) => `${printed(step(name))}\n`));
const half = lines.slice(0, 350).join('');
const remaining = lines.slice(350).join('');

let whole: TestDatabase;
let partial: TestDatabase;
beforeEach(async () => {
  whole = await createTestDatabase();
  partial = await createTestDatabase();
});
afterEach(async () => {
  await whole.close();
  await partial.close();
});

const args = ['import', 'ensign', '-'];
const countIn = async ({ client }: TestDatabase) => (await client.query('SELECT FROM event')).rowCount ?? 0;

/** Starts an import that has imported half of the lines, and waits for more. */
async function startHalf(environment: Record<string, string>): Promise<ChildProcessWithoutNullStreams> {
  const child = startCommand(args, environment);
  child.stdin.on('error', () => {});
  child.stdin.write(half);
  await waitUntil('half of the lines are imported', async () => (await countIn(partial)) === 350, 20_000);
  return child;
}

async function resultOf(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

async function expectSameAfterRepeating(known: number): Promise<void> {
  expect(await runCommand(args, { DATABASE_URL: partial.url }, half + remaining)).toEqual({
    code: 0,
    stdout: `Imported ${700 - known} events into topic default (${known} were already there, 0 bad lines).\n`,
    stderr: '',
  });
  await runCommand(args, { DATABASE_URL: whole.url }, half + remaining);
  expect(await contentsOf(partial.client)).toEqual(await contentsOf(whole.client));
  expect(await countIn(whole)).toBe(700);
}

it('a killed import that is repeated has the same result as one that finished', async () => {
  const child = await startHalf({ DATABASE_URL: partial.url });
  // Some of these lines are being appended when the process is killed.
  child.stdin.write(remaining);
  await waitUntil('more is imported', async () => (await countIn(partial)) > 350);
  child.kill('SIGKILL');
  await once(child, 'close');
  let known = -1;
  await waitUntil('nothing more is committed', async () => {
    const [before, now] = [known, await countIn(partial)];
    known = now;
    const { rowCount } = await partial.client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'afterword'`,
    );
    return rowCount === 0 && before === now;
  });
  await expectSameAfterRepeating(known);
});

it('an interrupted import ends with 130, and says that it can be repeated', async () => {
  const child = await startHalf({ DATABASE_URL: partial.url });
  const end = resultOf(child);
  child.kill('SIGINT');
  expect(await end).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Interrupted. What was imported stays. Run the same command again to add what is missing.\n',
  });
  await expectSameAfterRepeating(350);
});

it('an import ends if the database stays unavailable, and says that it can be repeated', async () => {
  const proxy = await startCutProxy(partial.url);
  try {
    const child = await startHalf({ DATABASE_URL: proxy.url, APPEND_TIMEOUT_MS: '500' });
    proxy.cut();
    const end = resultOf(child);
    child.stdin.end(remaining);
    const { code, stdout, stderr } = await end;
    expect(code).toBe(1);
    expect(stderr).toContain('The import ended early: The database did not accept this within 500 ms.');
    expect(stderr).toContain('What was imported stays. Run the same command again to add what is missing.');
    // Events that were committed but not acknowledged before the cut are not counted.
    const [, imported] =
      /^Imported (\d+) events into topic default \(0 were already there, 0 bad lines\)\.\n$/.exec(stdout) ??
      [];
    expect(Number(imported)).toBeGreaterThan(0);
    expect(Number(imported)).toBeLessThanOrEqual(350);
  } finally {
    await proxy.stop();
  }
  await expectSameAfterRepeating(350);
});

it('an import continues if the database is available again in time', async () => {
  const proxy = await startCutProxy(partial.url);
  try {
    const child = await startHalf({ DATABASE_URL: proxy.url });
    const end = resultOf(child);
    proxy.cut();
    child.stdin.end(remaining);
    await waitUntil('the import was refused', () => proxy.refusals() > 1);
    proxy.restore();
    expect(await end).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported 700 events') });
  } finally {
    await proxy.stop();
  }
  await expectSameAfterRepeating(700);
});
