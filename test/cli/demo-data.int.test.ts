import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { runCommand } from '../support/command.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

const fill = (...args: string[]) =>
  runCommand(['demo-data', '--url', test.app.url, '--per-day', '1', ...args]);

const countEvents = async (): Promise<number> => {
  const { rows } = await test.database.client.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM event',
  );
  return rows[0]?.count ?? 0;
};

describe('demo-data', () => {
  it('fills a topic through the API, marked as simulated, and writes nothing twice', async () => {
    const first = await fill();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain(`${test.app.url}/dashboard?topic=simulated`);
    const events = await countEvents();
    expect(events).toBeGreaterThan(50);
    const { rows } = await test.database.client.query(
      `SELECT count(*)::int AS count FROM event
       WHERE type <> 'UPDATE_MESSAGE' AND type <> 'END_CONVERSATION' AND payload->'metadata' <> '{"simulated": true}'`,
    );
    expect(rows).toEqual([{ count: 0 }]);
    expect(await fill()).toMatchObject({ code: 0 });
    expect(await countEvents()).toBe(events);
  }, 120_000);

  it('says what to do where no server answers', async () => {
    const { code, stderr } = await runCommand(['demo-data', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(stderr).toContain('start one with npm start');
  });

  it('refuses arguments that make no sense, with its usage', async () => {
    expect(await fill('--per-day', 'many')).toMatchObject({ code: 2 });
    expect((await fill('--many')).stderr).toContain('Usage: npm run demo:data');
  });
});
