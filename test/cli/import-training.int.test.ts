// `import` of training data and of other systems' exports, in a process of its own: also killed, and repeated.
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand, startCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { contentsOf } from '../support/imported.ts';
import { entry } from '../support/open-webui.ts';
import { waitUntil } from '../support/wait.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await database.close();
});

const run = (args: string[], input: string, { url } = database) =>
  runCommand(['import', ...args, '-'], { DATABASE_URL: url }, input);
const count = async () => (await database.client.query('SELECT FROM event')).rowCount ?? 0;

const kto = (number: number) =>
  `${JSON.stringify({
    prompt: [{ role: 'user', content: `How many in ${number}?` }],
    completion: [{ role: 'assistant', content: 'Three.' }],
    label: number % 2 === 0,
  })}\n`;

it('imports training data once, and reports bad lines', async () => {
  const input = `${kto(1)}{"prompt": []}\n\n${kto(2)}`;
  const first = await run(['kto', '--topic=t', '--username=ada'], input);
  expect(first).toEqual({
    code: 1,
    stdout: 'Imported 8 events into topic t (0 were already there, 1 bad line).\n',
    stderr: 'Line 2: prompt: must contain at least one message.\n',
  });
  const { rows } = await database.client.query('SELECT username, rating FROM feedback ORDER BY rating');
  expect(rows).toEqual([
    { username: 'ada', rating: 'like' },
    { username: 'ada', rating: 'dislike' },
  ]);
  expect(await run(['kto', '--topic=t', '--username=ada'], kto(1) + kto(2))).toMatchObject({
    code: 0,
    stdout: 'Imported 0 events into topic t (8 were already there, 0 bad lines).\n',
  });
});

it('ends at the first bad line if it is strict', async () => {
  const input = `${kto(1)}{}\n${Array.from({ length: 20_000 }, (_, index) => kto(index + 2)).join('')}`;
  const { code, stderr } = await run(['kto', '--strict'], input);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      'Line 2: prompt: must be a list of messages, {role, content}.\nEnded at the bad line: all lines before it are imported.\n',
  });
  expect(await count()).toBe(4);
});

it('reports bad entries of an array with their numbers, and writes nothing in a dry run', async () => {
  const input = JSON.stringify([entry(), entry({ data: { rating: 3 } })], null, 2);
  expect(await run(['open-webui', '--dry-run'], input)).toEqual({
    code: 1,
    stdout: 'Read 3 events for topic default (1 bad line); nothing was written.\n',
    stderr: 'Entry 2: data.rating: must be 1 or -1.\n',
  });
  expect(await count()).toBe(0);
  expect(await run(['open-webui'], input.slice(0, -3))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The array in the file does not end/),
  });
});

/** Makes every label wait: the events before it are committed, the label is not. */
const blockLabels = `CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(6); RETURN NEW; END $$;
  CREATE TRIGGER block BEFORE INSERT ON event FOR EACH ROW WHEN (NEW.type = 'UPDATE_MESSAGE') EXECUTE FUNCTION block();
  SELECT pg_advisory_lock(6)`;

/** Kills an import between the events of conversations. @returns how many events are committed */
async function killBetweenEvents(input: string): Promise<number> {
  const { client, url } = database;
  const backends = async (where: string) =>
    (
      await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'afterword' AND ${where}`,
      )
    ).rowCount;
  await client.query(blockLabels);
  const child = startCommand(['import', 'kto', '-'], { DATABASE_URL: url });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  await waitUntil('a label waits', async () => (await backends(`wait_event = 'advisory'`)) !== 0, 20_000);
  child.kill('SIGKILL');
  await once(child, 'close');
  await client.query('SELECT pg_advisory_unlock(6)');
  await waitUntil('its connections are closed', async () => (await backends('true')) === 0);
  await client.query('DROP TRIGGER block ON event');
  return await count();
}

it('an import that is killed between the events of conversations can be repeated', async () => {
  const input = Array.from({ length: 500 }, (_, index) => kto(index)).join('');
  const known = await killBetweenEvents(input);
  const { rowCount: incomplete } = await database.client.query(
    'SELECT FROM event GROUP BY conversation_id HAVING count(*) < 4',
  );
  expect(incomplete).toBeGreaterThan(0);
  expect(await run(['kto'], input)).toEqual({
    code: 0,
    stdout: `Imported ${formatted(2_000 - known)} events into topic default (${formatted(known)} were already there, 0 bad lines).\n`,
    stderr: '',
  });
  const whole = await createTestDatabase();
  try {
    await run(['kto'], input, whole);
    expect(withoutTimes(await contentsOf(database.client))).toEqual(
      withoutTimes(await contentsOf(whole.client)),
    );
  } finally {
    await whole.close();
  }
}, 60_000);

const formatted = (number: number) => new Intl.NumberFormat('en').format(number);

/** Messages of training data have the time of their import. */
function withoutTimes(contents: Record<string, unknown[]>): unknown {
  return JSON.parse(JSON.stringify(contents), (name, value) =>
    name === 'timestamp' || name === 'created_at' ? undefined : value,
  );
}
