// `export` in a process of its own: the same bytes for one offset, splits, verify, and invalid arguments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { runCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, reply, start, update } from '../support/log.ts';

let database: TestDatabase;
let folder: string;
const answers: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'afterword-export-'));
  for (let index = 0; index < 40; index += 1) {
    const [conversation, prompt, answer] = [newId(), newId(), newId()];
    answers.push(answer);
    await append(database.client, [
      start(conversation, { topic: 'fruit' }),
      add(conversation, prompt, { content: `Question ${index}` }),
      reply(conversation, answer, { content: 'x'.repeat(2_000) }),
    ]);
    await append(
      database.client,
      update(answer, { username: 'ada', rating: index % 2 ? 'like' : 'dislike' }),
    );
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.close();
});

const run = (args: string[]) => runCommand(['export', ...args], { DATABASE_URL: database.url });
const contents = async (name: string) => {
  const names = (await readdir(join(folder, name))).sort();
  return Promise.all(names.map(async (file) => [file, await readFile(join(folder, name, file), 'utf8')]));
};

it('writes the same bytes for one offset, even after feedback has changed', async () => {
  const first = await run(['kto', '--topic=fruit', '--as-of=159', '--out', join(folder, 'first')]);
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^Exported 40 kto records of topic fruit as of offset 159 into /);
  await append(database.client, update(answers[0] ?? '', { username: 'ada', rating: 'like' }));
  expect(await run(['kto', '--topic=fruit', '--as-of=159', '--out', join(folder, 'again')])).toMatchObject({
    code: 0,
  });
  expect(await contents('again')).toEqual(await contents('first'));
  expect(await run(['kto', '--topic=fruit', '--out', join(folder, 'now')])).toMatchObject({ code: 0 });
  expect(await contents('now')).not.toEqual(await contents('first'));
});

it('keeps a conversation in its part of the split as the log grows', async () => {
  const split = ['--topic=fruit', '--split', 'train=0.7,eval=0.3', '--provenance'];
  await run(['kto', ...split, '--as-of=99', '--out', join(folder, 'early')]);
  await run(['kto', ...split, '--out', join(folder, 'late')]);
  const partsOf = async (name: string) => {
    const lines = async (part: string) =>
      (await readFile(join(folder, name, `${part}.jsonl`), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).provenance.conversation);
    return { train: await lines('train'), eval: await lines('eval') };
  };
  const [early, late] = [await partsOf('early'), await partsOf('late')];
  expect(late.train.length + late.eval.length).toBe(40);
  expect(late.eval.length).toBeGreaterThan(3);
  expect(late.train).toEqual(expect.arrayContaining(early.train));
  expect(late.eval).toEqual(expect.arrayContaining(early.eval));
});

it('verify finds a file that was changed, added or removed', async () => {
  const out = join(folder, 'checked');
  await run(['kto', '--topic=fruit', '--out', out]);
  expect(await run(['verify', out])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('is unchanged since its export: 40 records'),
  });
  await writeFile(join(out, 'other.txt'), '');
  expect(await run(['verify', out])).toMatchObject({
    code: 1,
    stderr: 'other.txt is not part of the dataset.\n',
  });
  await rm(join(out, 'other.txt'));
  const manifest = await readFile(join(out, 'dataset.json'), 'utf8');
  await writeFile(join(out, 'dataset.json'), manifest.replaceAll('"records": 40', '"records": 41'));
  expect(await run(['verify', out])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^dataset\.json was changed: kto\.jsonl has 40 records/),
  });
  await writeFile(join(out, 'dataset.json'), manifest);
  await appendFile(join(out, 'kto.jsonl'), ' ');
  expect(await run(['verify', out])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^kto\.jsonl was changed/),
  });
  await rm(join(out, 'kto.jsonl'));
  expect(await run(['verify', out])).toMatchObject({ code: 1, stderr: 'kto.jsonl is missing.\n' });
  expect(await run(['verify', folder])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has no dataset.json'),
  });
});

it('ends with 3 and empty files if nothing matched', async () => {
  const none = await run(['dpo', '--topic=fruit', '--out', join(folder, 'none')]);
  expect(none).toMatchObject({ code: 3, stderr: expect.stringMatching(/^Nothing matched in topic fruit: /) });
  expect(await readFile(join(folder, 'none', 'dpo.jsonl'), 'utf8')).toBe('');
  const unknown = await run(['kto', '--topic=unknown', '--out', join(folder, 'unknown')]);
  expect(unknown).toMatchObject({ code: 3, stderr: expect.stringContaining('the topic has no events') });
});

it.each<[string, string[], number, RegExp]>([
  ['an unknown format', ['csv'], 2, /^There is no format "csv": choose from kto, dpo, /],
  [
    'an invalid setting',
    ['kto', '--split', 'train=0.9,eval=0.2'],
    2,
    /^split "train=0.9,eval=0.2" is not valid: must have shares that add up to 1\./,
  ],
  ['an unknown option', ['kto', '--colour=red'], 2, /colour/],
  ['an unexpected argument', ['kto', 'dpo'], 2, /^Unexpected argument "dpo"\./],
  [
    'an offset beyond the log',
    ['kto', '--topic=fruit', '--as-of=9999'],
    1,
    /^as-of 9999 is beyond the end of topic fruit, whose newest offset is \d+\.$/m,
  ],
  ['hashes without a key', ['kto', '--pseudonymise'], 1, /PSEUDONYM_KEY/],
])('refuses %s, and makes no folder', async (_name, args, code, message) => {
  const out = join(folder, 'refused');
  expect(await run([...args, '--out', out])).toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringMatching(message),
  });
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});

it('refuses a missing folder, and one that is not empty', async () => {
  expect(await run(['kto'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Give the folder to/) });
  const out = await mkdtemp(join(folder, 'full '));
  await writeFile(join(out, 'mine.txt'), '');
  expect(await run(['kto', '--topic=fruit', '--out', out])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/is not empty: it contains "mine\.txt"/),
  });
});

it('leaves no files if a write fails', async () => {
  const out = join(folder, 'failed');
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  // No file may grow beyond 16 KiB: the write fails as it does on a full disk.
  const command = `ulimit -f 32; exec "$0" --disable-warning=ExperimentalWarning "$@"`;
  const args = [main, 'export', 'kto', '--topic=fruit', '--out', out];
  const child = spawn('sh', ['-c', command, process.execPath, ...args], {
    env: { PATH: process.env.PATH ?? '', DATABASE_URL: database.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.resume();
  const [code] = await once(child, 'close');
  expect(code).toBe(1);
  expect(await readdir(out)).toEqual([]);
});
