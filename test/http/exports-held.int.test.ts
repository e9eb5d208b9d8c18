// Exports over HTTP whose client does not read, and how many a node takes.
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createExporter } from '../support/exported.ts';
import { add, append, reply, start } from '../support/log.ts';
import { beginRequest, rawRequest } from '../support/raw-http.ts';
import { recordStatements } from '../support/statements.ts';
import { waitUntil } from '../support/wait.ts';

/** Conversations of 100 KB each, far more than sockets hold. */
const count = 300;
const path = '/exports/sft.jsonl?topic=fruit';
const readsIn = (statements: string[]) =>
  statements.filter((text) => text.includes('characters_before')).length;

let test: TestApp;
beforeAll(async () => {
  // A pool of 4: one export at once.
  test = await startTestApp({ DATABASE_POOL_SIZE: '4' });
  for (let index = 0; index < count; index += 1) {
    const conversation = newId();
    const content = `${index} ${'words '.repeat(16_000)}`;
    await append(test.database.client, [
      start(conversation, { topic: 'fruit' }),
      add(conversation, newId()),
      reply(conversation, newId(), { content }),
    ]);
  }
});
afterAll(() => test.stop());

const get = (asked: string, headers: Record<string, string> = {}) =>
  rawRequest(test.app.url, { method: 'GET', path: asked, headers });
const isFree = async () => (await get('/exports/kto.jsonl?topic=nothing')).status === 200;

describe('a client that does not read', () => {
  it('holds its export back, and has all of it when it reads', async () => {
    const answer = await beginRequest(test.app.url, { method: 'GET', path });
    answer.pause();
    // By the time in which another reader is done, this one would be, too, if it did not wait.
    const exporter = createExporter(test.database.url);
    expect((await exporter.run('sft')).records).toHaveLength(count);
    await exporter.close();
    const later = await recordStatements(async () => {
      expect((await readText(answer)).split('\n')).toHaveLength(count + 1);
    });
    expect(readsIn(later)).toBeGreaterThan(5);
    await waitUntil('another is taken', isFree);
  });

  it('is refused company on a node that has as many exports as it takes', async () => {
    const answer = await beginRequest(test.app.url, { method: 'GET', path: `${path}&deduplicate` });
    const other = await get('/exports/kto.jsonl?topic=fruit');
    expect(other).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
    expect(other.headers['retry-after']).toBe('10');
    answer.destroy();
    await waitUntil('another is taken', isFree);
  });
});

describe('an export over HTTP', () => {
  it.each([
    ['a format that is no text', '/exports/%ff.jsonl', 400],
    ['what is no export', '/exports/kto.csv', 404],
    ['to skip records of an offset that nobody knows', '/exports/kto.jsonl?topic=fruit&skip=5', 400],
  ])('refuses %s', async (_name, asked, status) => {
    const answer = await get(asked);
    expect(answer.status).toBe(status);
    expect(answer.code).toBe(status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT');
  });

  it('is not compressed for who rules gzip out', async () => {
    const plain = await get('/exports/events.jsonl?topic=nothing', { 'accept-encoding': 'gzip;q=0, br' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    const zipped = await get('/exports/events.jsonl?topic=nothing', { 'accept-encoding': 'br, gzip;q=0.5' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
  });

  it('tells its failure before the first record with a status', async () => {
    await test.database.client.query('ALTER TABLE event RENAME TO away');
    try {
      expect((await get(path)).status).toBe(500);
    } finally {
      await test.database.client.query('ALTER TABLE away RENAME TO event');
    }
  });
});
