// Exports that can't finish: what they leave is never mistaken for a complete dataset.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { commandLine, runCommand, startCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, reply, start } from '../support/log.ts';
import { waitUntil } from '../support/wait.ts';

let database: TestDatabase;
let root: string;
beforeAll(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'afterword-broken-'));
  const conversation = newId();
  await append(database.client, start(conversation));
  await append(database.client, add(conversation, newId()));
  await append(database.client, reply(conversation, newId(), { content: 'words '.repeat(20_000) }));
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await database.close();
});

it('a full disk ends an export with 1, and leaves no file and no manifest', async () => {
  const out = join(root, 'full');
  // As ignored signals are inherited, writing beyond the limit fails as it does on a full disk.
  const script = `trap '' XFSZ; ulimit -f 16; exec "$@"`;
  const args = ['-c', script, 'sh', ...commandLine, 'export', 'sft', '--out', out];
  const env = { PATH: process.env.PATH ?? '', DATABASE_URL: database.url };
  const child = spawn('sh', args, { env, cwd: '/' });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('may not contain files that large: raise the limit, and export again.');
  expect(readdirSync(out)).toEqual([]);
  expect(await runCommand(['export', 'verify', out])).toMatchObject({ code: 1 });
});

it('a file with the name of the folder is reported, and not touched', async () => {
  const out = join(root, 'file');
  writeFileSync(out, 'mine');
  expect(await runCommand(['export', 'sft', '--out', out], { DATABASE_URL: database.url })).toMatchObject({
    code: 1,
    stderr: `${JSON.stringify(out)} is a file: give a new or empty folder.\n`,
  });
  expect(readFileSync(out, 'utf8')).toBe('mine');
});

it('a killed export leaves no dataset, and the next export removes its files', async () => {
  const out = join(root, 'killed');
  await database.client.query('BEGIN; LOCK TABLE event');
  const child = startCommand(['export', 'sft', '--out', out], { DATABASE_URL: database.url });
  await waitUntil(
    'a file is open',
    () => readdirSync(root).includes('killed') && readdirSync(out).length > 0,
  );
  child.kill('SIGKILL');
  await once(child, 'close');
  await database.client.query('ROLLBACK');
  expect(readdirSync(out)).toEqual(['sft.jsonl.partial']);
  writeFileSync(join(out, 'sft.jsonl.partial'), 'half a li');
  const result = await runCommand(['export', 'sft', '--out', out], { DATABASE_URL: database.url });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(out).sort()).toEqual(['dataset.json', 'sft.jsonl']);
  expect(await runCommand(['export', 'verify', out])).toMatchObject({ code: 0 });
});

it('an interrupted export ends with 130 even while it waits for a lock, and leaves no files', async () => {
  const out = join(root, 'interrupted');
  await database.client.query('BEGIN; LOCK TABLE event');
  const child = startCommand(['export', 'sft', '--out', out], { DATABASE_URL: database.url });
  const end = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  await waitUntil(
    'a file is open',
    () => readdirSync(root).includes('interrupted') && readdirSync(out).length > 0,
  );
  child.kill('SIGINT');
  const [stdout, stderr, [code]] = await end;
  await database.client.query('ROLLBACK');
  expect({ code, stdout, stderr }).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Interrupted: nothing was exported.\n',
  });
  expect(readdirSync(out)).toEqual([]);
  expect(await runCommand(['export', 'verify', out])).toMatchObject({ code: 1 });
});
