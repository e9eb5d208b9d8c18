// `demo-data` in a process of its own, beside a running server.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { commandLine, runCommand } from '../support/command.ts';

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
  it('writes simulated data through the API, marked as simulated, and nothing twice', async () => {
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

  it('says what to do if there is no server', async () => {
    const { code, stderr } = await runCommand(['demo-data', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(stderr).toContain('start one with npm start');
  });

  it('refuses invalid arguments, and prints its usage', async () => {
    expect(await fill('--per-day', 'many')).toMatchObject({ code: 2 });
    expect((await fill('--many')).stderr).toContain('Usage: npm run demo:data');
    expect(await runCommand(['demo-data', '--url', 'localhost'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--url "localhost" is not a URL such as/),
    });
  });

  it.each([
    ['HOST and PORT', { HOST: '127.0.0.1' }],
    ['PORT alone', {}],
    ['PORT and a HOST that is all addresses', { HOST: '0.0.0.0', AUTH_JWT_SECRET: 's'.repeat(32) }],
  ])('finds the server by %s', async (_name, variables) => {
    const { port } = new URL(test.app.url);
    const result = await runCommand(['demo-data', '--per-day', '0'], { ...variables, PORT: port });
    expect(result).toEqual({
      code: 0,
      stdout: `0 conversations with 0 replies are in the topic simulated: ${test.app.url}/dashboard?topic=simulated\n`,
      stderr: '',
    });
  });

  it('finds the server by PORT of a file .env', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'afterword demo '));
    try {
      await writeFile(join(folder, '.env'), `PORT=${new URL(test.app.url).port}\n`);
      const [program, ...args] = commandLine;
      const child = spawn(program, [...args, 'demo-data', '--per-day', '0'], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      expect(await text(child.stdout)).toContain(`${test.app.url}/dashboard`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('can’t find a server whose PORT is 0', async () => {
    const result = await runCommand(['demo-data'], { PORT: '0' });
    expect(result).toMatchObject({ code: 2, stderr: expect.stringMatching(/^PORT is 0, .*--url\.$/m) });
  });
});
