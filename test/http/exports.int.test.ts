// GET /exports/{format}.jsonl, over real sockets.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/log/identifier.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { runCommand } from '../support/command.ts';
import { add, append, reply, start } from '../support/log.ts';
import { addRatedLog } from '../support/rated-log.ts';
import { beginRequest, rawRequest } from '../support/raw-http.ts';
import { recordStatements } from '../support/statements.ts';
import { waitUntil } from '../support/wait.ts';

const secret = 'a secret of no less than 32 characters';
let test: TestApp;
let tokens: { analyst: string; user: string };
const tokenOf = (role: string) =>
  new SignJWT({ sub: 'ada', roles: [role] })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
beforeAll(async () => {
  // A pool of 4: one export at once.
  test = await startTestApp({ AUTH_JWT_SECRET: secret, DATABASE_POOL_SIZE: '4' });
  tokens = { analyst: await tokenOf('ANALYST'), user: await tokenOf('USER') };
  await addRatedLog(test.database.client, 'rated');
});
afterAll(() => test.stop());

const asking = (path: string, headers: Record<string, string> = {}) => ({
  method: 'GET',
  path,
  headers: { authorization: `Bearer ${tokens.analyst}`, ...headers },
});
const get = (path: string, headers: Record<string, string> = {}) =>
  rawRequest(test.app.url, asking(path, headers));

describe('an export over HTTP', () => {
  it('has the bytes of the file that the command line writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'afterword-http-'));
    try {
      const out = join(folder, 'out');
      const args = ['export', 'dpo', '--topic', 'rated', '--provenance', '--out', out];
      expect(await runCommand(args, { DATABASE_URL: test.database.url })).toMatchObject({ code: 0 });
      const answer = await get('/exports/dpo.jsonl?topic=rated&provenance');
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(readFileSync(join(out, 'dpo.jsonl'), 'utf8'));
      expect(answer.headers).toMatchObject({
        'content-type': 'application/jsonl; charset=utf-8',
        'content-disposition': 'attachment; filename="dpo.jsonl"',
        'x-afterword-as-of': '17',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is compressed for who accepts gzip', async () => {
    const plain = await get('/exports/kto.jsonl?topic=rated', { 'accept-encoding': 'gzip;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    const path = '/exports/kto.jsonl?topic=rated';
    const answer = await beginRequest(test.app.url, asking(path, { 'accept-encoding': 'br, gzip' }));
    expect(answer.headers['content-encoding']).toBe('gzip');
    const bytes: Buffer[] = await answer.toArray();
    expect(gunzipSync(Buffer.concat(bytes)).toString()).toBe(plain.text);
  });

  it('continues after the records that a client has, also after the log went on', async () => {
    const whole = await get('/exports/kto.jsonl?topic=rated&as-of=17');
    const lines = whole.text.split('\n').slice(0, -1);
    expect(lines).toHaveLength(4);
    await append(test.database.client, start(newId(), { topic: 'rated' }));
    for (const count of [0, 1, 3, 4, 5]) {
      const rest = await get(`/exports/kto.jsonl?topic=rated&as-of=17&after=${count}`);
      expect(rest.text).toBe(
        lines
          .slice(count)
          .map((line) => `${line}\n`)
          .join(''),
      );
    }
  });

  it('gives one part of a split', async () => {
    const split = 'topic=rated&as-of=17&split=train%3D0.5,eval%3D0.5';
    const part = async (name: string) => (await get(`/exports/events.jsonl?${split}&part=${name}`)).text;
    const parts = `${await part('train')}${await part('eval')}`.split('\n').sort();
    const whole = (await get('/exports/events.jsonl?topic=rated&as-of=17')).text.split('\n').sort();
    expect(parts.filter(Boolean)).toEqual(whole.filter(Boolean));
  });

  it('is empty where nothing matches', async () => {
    expect(await get('/exports/kto.jsonl?topic=rated&models=none')).toMatchObject({ status: 200, text: '' });
    expect(await get('/exports/kto.jsonl?topic=nothing')).toMatchObject({ status: 200, text: '' });
  });
});

describe('an export over HTTP refuses', () => {
  it.each([
    ['an unknown format', '/exports/csv.jsonl', 400, 'There is no format'],
    ['a format that is no word', '/exports/%ff.jsonl', 400, 'There is no format'],
    ['an unknown setting', '/exports/kto.jsonl?colour=red', 400, 'There is no'],
    ['a setting that is there twice', '/exports/kto.jsonl?models=a&models=b', 400, 'models is there twice'],
    [
      'an offset beyond the end',
      '/exports/kto.jsonl?topic=rated&as-of=99',
      400,
      'as-of 99 is beyond the end',
    ],
    ['records that are no number', '/exports/kto.jsonl?as-of=1&after=x', 400, 'after'],
    ['to continue without an offset', '/exports/kto.jsonl?after=5', 400, 'after needs as-of'],
    ['a part without a split', '/exports/kto.jsonl?part=train', 400, 'part'],
    ['a split without a part', '/exports/kto.jsonl?split=a%3D0.5,b%3D0.5', 400, 'choose from a, b'],
    ['hashes without a key', '/exports/kto.jsonl?pseudonymise', 400, 'PSEUDONYM_KEY'],
  ])('%s', async (_name, path, status, says) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status, code: 'INVALID_INPUT' });
    expect(answer.text).toContain(says);
  });

  it('who is nobody, who may not read everything, and who does not ask with GET', async () => {
    const path = '/exports/kto.jsonl?topic=rated';
    const { url } = test.app;
    expect(await rawRequest(url, { method: 'GET', path })).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    const authorization = `Bearer ${tokens.user}`;
    expect(await get(path, { authorization })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(await rawRequest(url, { ...asking(path), method: 'POST' })).toMatchObject({ status: 405 });
  });

  it('pages of other sites, before it looks at a token', async () => {
    const answer = await get('/exports/kto.jsonl?topic=rated', { origin: 'https://evil.example' });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});

describe('a client that does not read', () => {
  /** Conversations of 100 KB each, far more than sockets hold. */
  const count = 400;
  beforeAll(async () => {
    for (let index = 0; index < count; index += 1) {
      const conversation = newId();
      await append(test.database.client, start(conversation, { topic: 'large' }));
      await append(test.database.client, add(conversation, newId()));
      const content = `${index} ${'words '.repeat(16_000)}`;
      await append(test.database.client, reply(conversation, newId(), { content }));
    }
  });
  const path = '/exports/sft.jsonl?topic=large';

  it('holds the export back, is the only one, and has all of it when it reads', async () => {
    const answer = await beginRequest(test.app.url, asking(path));
    answer.pause();
    // By the time in which the command line is done, this one would be, too, if it did not wait.
    const folder = mkdtempSync(join(tmpdir(), 'afterword-held-'));
    const args = ['export', 'sft', '--topic', 'large', '--out', join(folder, 'out')];
    expect(await runCommand(args, { DATABASE_URL: test.database.url })).toMatchObject({ code: 0 });
    rmSync(folder, { recursive: true });
    const other = await get('/exports/kto.jsonl?topic=rated');
    expect(other).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
    expect(other.headers['retry-after']).toBe('10');
    const later = await recordStatements(async () => {
      expect((await readText(answer)).split('\n')).toHaveLength(count + 1);
    });
    expect(later.filter((text) => text.includes('START_CONVERSATION')).length).toBeGreaterThan(10);
    await waitUntil(
      'another is taken',
      async () => (await get('/exports/kto.jsonl?topic=rated')).status === 200,
    );
  });

  it('and leaves, makes room for another', async () => {
    const answer = await beginRequest(test.app.url, asking(`${path}&deduplicate`));
    answer.destroy();
    await waitUntil(
      'another is taken',
      async () => (await get('/exports/kto.jsonl?topic=rated')).status === 200,
    );
  });
});
