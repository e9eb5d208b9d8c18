// `afterword export` in a process of its own, on a real log.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatNames, formats } from '../../src/dataset/formats.ts';
import { manifestSchema } from '../../src/dataset/manifest.ts';
import { newId } from '../../src/log/identifier.ts';
import { runCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, reply, start, update } from '../support/log.ts';
import { addRatedLog, type RatedLog } from '../support/rated-log.ts';

const key = 'k'.repeat(32);
let database: TestDatabase;
let log: RatedLog;
let root: string;
let made = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  root = mkdtempSync(join(tmpdir(), 'afterword-export-'));
  log = await addRatedLog(database.client, 'rated');
});
afterAll(async () => {
  rmSync(root, { recursive: true, force: true });
  await database.close();
});

const run = (...args: string[]) =>
  runCommand(['export', ...args], { DATABASE_URL: database.url, PSEUDONYM_KEY: key });
const newFolder = () => join(root, String(++made));
const linesIn = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const manifestIn = (folder: string) =>
  manifestSchema.parse(JSON.parse(readFileSync(join(folder, 'dataset.json'), 'utf8')));

/** Exports into a new folder. */
async function exportAs(format: string, ...args: string[]) {
  const folder = newFolder();
  const topic = args.includes('--topic') ? [] : ['--topic', log.topic];
  const answer = await run(format, '--out', folder, ...topic, ...args);
  return { ...answer, folder, lines: () => linesIn(join(folder, `${format}.jsonl`)) };
}

describe('export', () => {
  it.each(formatNames)('writes %s as its schema says, with and without provenance', async (format) => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(formats[format].schema);
    for (const args of [[], ['--provenance', '--pseudonymise']]) {
      const { code, stderr, folder, lines } = await exportAs(format, ...args);
      expect(code, stderr).toBe(0);
      const all = lines();
      expect(all.length).toBe(manifestIn(folder).counts.records);
      expect(all.length).toBeGreaterThan(1);
      for (const line of all) {
        expect(validate(line), JSON.stringify(validate.errors)).toBe(true);
        expect('provenance' in line).toBe(args.length > 0);
      }
    }
  });

  it('says in the manifest what it is, and verify agrees until a byte changes', async () => {
    const { code, stdout, stderr, folder, lines } = await exportAs('dpo', '--min-raters', '1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Exported 3 dpo records of topic rated as of offset 17');
    const bytes = readFileSync(join(folder, 'dpo.jsonl'));
    expect(manifestIn(folder)).toMatchObject({
      ...{ afterword: '0.1.0', format: 'dpo', topic: 'rated', asOf: 17 },
      settings: { 'min-raters': 1, conflict: 'majority', pairs: ['preference', 'rating', 'correction'] },
      counts: { conversations: 2, messages: 9, records: 3 },
      provenance: { preference: 1, rating: 1, correction: 1 },
      files: [
        {
          name: 'dpo.jsonl',
          records: lines().length,
          bytes: bytes.length,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ],
    });
    expect(await run('verify', folder)).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(join(folder, 'dpo.jsonl'), bytes.toString().replace('Vienna', 'Berlin'));
    expect(await run('verify', folder)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: /dpo.jsonl was changed/,
    });
    rmSync(join(folder, 'dpo.jsonl'));
    expect(await run('verify', folder)).toMatchObject({ code: 1, stderr: /dpo.jsonl is missing/ });
    writeFileSync(join(folder, 'more.txt'), '');
    expect(await run('verify', folder)).toMatchObject({ code: 1, stderr: /more.txt is none of the dataset/ });
    expect(await run('verify', root)).toMatchObject({ code: 1, stderr: /has no dataset.json/ });
  });

  it('writes the same bytes for one offset, also after feedback changed', { timeout: 60_000 }, async () => {
    const topic = 'changing';
    const { compared } = await addRatedLog(database.client, topic);
    const settings = ['--topic', topic, '--as-of', '17', '--provenance'];
    const everyFile = async () => {
      const files: Record<string, string> = {};
      for (const format of ['kto', 'dpo', 'sft', 'events', 'conversations']) {
        const { folder } = await exportAs(format, ...settings);
        for (const name of readdirSync(folder)) {
          files[`${format} ${name}`] = readFileSync(join(folder, name), 'utf8');
        }
      }
      return files;
    };
    const before = await everyFile();
    const [first] = compared.replies;
    await append(
      database.client,
      update(first, { username: 'bob', source: 'end_user', rating: 'dislike' }, { privileged: true }),
    );
    await append(database.client, add(compared.conversation, newId(), { content: 'And now?' }));
    await append(database.client, start(newId(), { topic }));
    expect(await everyFile()).toEqual(before);
    const { folder } = await exportAs('kto', '--topic', topic, '--provenance');
    expect(readFileSync(join(folder, 'kto.jsonl'), 'utf8')).not.toBe(before['kto kto.jsonl']);
  });

  it('keeps a conversation, or all of a user, on one side of a split as the log grows', async () => {
    const topic = 'split';
    const talk = async (username: string) => {
      const [conversation, message] = [newId(), newId()];
      const begin = start(conversation, { topic });
      await append(database.client, [
        { ...begin, privileged: true, payload: { ...begin.payload, username } },
      ]);
      await append(database.client, { ...add(conversation, newId()), privileged: true });
      await append(database.client, { ...reply(conversation, message), privileged: true });
    };
    const sides = async (by: string) => {
      const folder = newFolder();
      const split = ['--split', 'train=0.5,eval=0.5', '--by', by, '--provenance'];
      const { code, stderr } = await run(
        'conversations',
        '--topic',
        topic,
        '--usernames',
        '--out',
        folder,
        ...split,
      );
      expect(code, stderr).toBe(0);
      return ['train', 'eval'].flatMap((side) =>
        linesIn(join(folder, `${side}.jsonl`)).map(({ id, username }) => ({ id, username, side })),
      );
    };
    for (let index = 0; index < 24; index += 1) await talk(`user ${index % 8}`);
    const before = await sides('conversation');
    expect(new Set(before.map(({ side }) => side)).size).toBe(2);
    const users = await sides('user');
    expect(new Set(users.map(({ side }) => side)).size).toBe(2);
    expect(new Set(users.map(({ username, side }) => `${username} ${side}`)).size).toBe(8);
    for (let index = 0; index < 8; index += 1) await talk(`user ${index}`);
    expect(await sides('conversation')).toEqual(expect.arrayContaining(before));
    expect(await sides('user')).toEqual(expect.arrayContaining(users));
  });

  it('drops records that are exactly the same, where that is asked for', async () => {
    const topic = 'double';
    await addRatedLog(database.client, topic);
    await addRatedLog(database.client, topic);
    expect((await exportAs('dpo', '--topic', topic)).lines()).toHaveLength(6);
    const { lines, folder, stderr } = await exportAs('dpo', '--topic', topic, '--deduplicate');
    expect(lines()).toEqual((await exportAs('dpo')).lines());
    expect(manifestIn(folder).skipped.duplicate).toBe(3);
    expect(stderr).toContain('Left out: 3 that were there already.');
  });

  it('lets no username out unless asked', async () => {
    const names = async (...args: string[]) => {
      const { folder, lines } = await exportAs('conversations', ...args);
      expect(lines()).toHaveLength(2);
      return readFileSync(join(folder, 'conversations.jsonl'), 'utf8');
    };
    const plain = await names();
    expect(plain).not.toMatch(/"(ada|bob|cy)"/);
    expect(plain).toContain('"user-3"');
    expect(await names('--usernames')).toMatch(/"username":"ada".*"username":"bob"/);
    const hashed = await names('--pseudonymise');
    expect(hashed).not.toMatch(/"(ada|bob|cy|user-\d)"/);
    expect(hashed).toBe(await names('--pseudonymise'));
    const other = newFolder();
    const environment = { DATABASE_URL: database.url, PSEUDONYM_KEY: 'x'.repeat(32) };
    const args = ['export', 'conversations', '--topic', log.topic, '--pseudonymise', '--out', other];
    await runCommand(args, environment);
    expect(readFileSync(join(other, 'conversations.jsonl'), 'utf8')).not.toBe(hashed);
  });

  it('is quiet in a pipe, and ends with 3 and empty files where nothing matches', async () => {
    const { code, stderr, folder, lines } = await exportAs('kto', '--models', 'none');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^Nothing matched in topic rated/),
    });
    expect(lines()).toEqual([]);
    expect(await run('verify', folder)).toMatchObject({ code: 0 });
    expect(await exportAs('kto', '--topic', 'nothing')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the topic has no events'),
    });
  });
});

describe('export refuses', () => {
  it.each([
    ['an unknown format', ['csv'], 'There is no format "csv": choose from kto, dpo'],
    ['no format', [], 'Give a format.'],
    [
      'a split of less than all',
      ['kto', '--split', 'train=0.9,eval=0.2'],
      'must have shares that add up to 1',
    ],
    ['a part that is there twice', ['kto', '--split', 'a=0.5,a=0.5'], 'must name each part once'],
    [
      'a part named like a path',
      ['kto', '--split', '../a=0.5,b=0.5'],
      'must have names of lower-case letters',
    ],
    ['a conflict rule that is none', ['kto', '--conflict', 'best'], 'conflict "best"'],
    ['a time that is none', ['kto', '--from', 'yesterday'], 'from "yesterday"'],
    ['an offset that is none', ['kto', '--as-of=-1'], 'as-of "-1"'],
    ['an option that is none', ['kto', '--colour'], '--colour'],
    ['both ways of naming users', ['kto', '--usernames', '--pseudonymise'], 'not both'],
  ])('%s with 2 and its usage', async (_name, args, says) => {
    const folder = newFolder();
    const answer = await run(...args, '--out', folder);
    expect(answer).toMatchObject({ code: 2, stdout: '' });
    expect(answer.stderr).toContain(says);
    expect(answer.stderr).toContain('Usage: npm run');
    expect(readdirSync(root)).not.toContain(String(made));
  });

  it('an offset beyond the end with 1, and makes no folder', async () => {
    const { code, stderr } = await exportAs('kto', '--as-of', '18');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'as-of 18 is beyond the end of topic rated, whose newest offset is 17.\n',
    });
    expect(readdirSync(root)).not.toContain(String(made));
  });

  it('a folder that holds anything else, and leaves it as it is', async () => {
    const { folder } = await exportAs('kto');
    const before = readFileSync(join(folder, 'kto.jsonl'), 'utf8');
    const { code, stderr } = await run('kto', '--topic', log.topic, '--out', folder);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('is not empty: it holds') });
    expect(readFileSync(join(folder, 'kto.jsonl'), 'utf8')).toBe(before);
  });

  it('hashes without a key', async () => {
    const folder = newFolder();
    const args = ['export', 'kto', '--pseudonymise', '--out', folder];
    const { code, stderr } = await runCommand(args, { DATABASE_URL: database.url });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('set PSEUDONYM_KEY') });
  });
});
