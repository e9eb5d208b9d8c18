// An import that does not come to its end: killed, interrupted, or without its database. Repeated, it comes to the same.
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

/** Of 100 conversations, one step of each after the other. */
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
const rest = lines.slice(350).join('');

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

/** An import that has read half of the lines, and waits for more. */
async function startHalf(environment: Record<string, string>): Promise<ChildProcessWithoutNullStreams> {
  const child = startCommand(args, environment);
  child.stdin.on('error', () => {});
  child.stdin.write(half);
  await waitUntil('half of the lines are imported', async () => (await countIn(partial)) === 350, 20_000);
  return child;
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

async function expectSameAfterRepeating(known: number): Promise<void> {
  expect(await runCommand(args, { DATABASE_URL: partial.url }, half + rest)).toEqual({
    code: 0,
    stdout: `Imported ${700 - known} events into topic default (${known} were already there, 0 bad lines).\n`,
    stderr: '',
  });
  await runCommand(args, { DATABASE_URL: whole.url }, half + rest);
  expect(await contentsOf(partial.client)).toEqual(await contentsOf(whole.client));
  expect(await countIn(whole)).toBe(700);
}

it('killed in the middle and repeated, it comes to the same as one that ran through', async () => {
  const child = await startHalf({ DATABASE_URL: partial.url });
  // Some of what comes now is under way when the process dies.
  child.stdin.write(rest);
  await waitUntil('more is imported', async () => (await countIn(partial)) > 350);
  child.kill('SIGKILL');
  await once(child, 'close');
  let known = -1;
  await waitUntil('nothing more comes', async () => {
    const [before, now] = [known, await countIn(partial)];
    known = now;
    const { rowCount } = await partial.client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'afterword'`,
    );
    return rowCount === 0 && before === now;
  });
  await expectSameAfterRepeating(known);
});

it('interrupted, it ends with 130, and says that it can be repeated', async () => {
  const child = await startHalf({ DATABASE_URL: partial.url });
  const end = endOf(child);
  child.kill('SIGINT');
  expect(await end).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Interrupted. What is imported stays: run the same command again for the rest.\n',
  });
  await expectSameAfterRepeating(350);
});

it('ends when the database stays away, and says that it can be repeated', async () => {
  const proxy = await startCutProxy(partial.url);
  try {
    const child = await startHalf({ DATABASE_URL: proxy.url, APPEND_TIMEOUT_MS: '500' });
    proxy.cut();
    const end = endOf(child);
    child.stdin.end(rest);
    const { code, stdout, stderr } = await end;
    expect(code).toBe(1);
    expect(stderr).toContain('The import ended early: The database did not accept this within 500 ms.');
    expect(stderr).toContain('What is imported stays. Run the same command again: it adds what is missing.');
    // What was written and not acknowledged before the cut is not counted.
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

it('goes on when the database comes back in time', async () => {
  const proxy = await startCutProxy(partial.url);
  try {
    const child = await startHalf({ DATABASE_URL: proxy.url });
    const end = endOf(child);
    proxy.cut();
    child.stdin.end(rest);
    await waitUntil('the import has tried in vain', () => proxy.refusals() > 1);
    proxy.restore();
    expect(await end).toMatchObject({ code: 0, stdout: expect.stringContaining('Imported 700 events') });
  } finally {
    await proxy.stop();
  }
  await expectSameAfterRepeating(700);
});
