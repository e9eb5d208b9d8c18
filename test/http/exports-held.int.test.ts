// Exports over HTTP whose client does not read, and how many of them a node runs at once.
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createExporter } from '../support/exported.ts';
import { add, append, reply, start } from '../support/log.ts';
import { beginRequest, rawRequest } from '../support/raw-http.ts';
import { recordStatements } from '../support/statements.ts';
import { waitUntil } from '../support/wait.ts';

/** Conversations of 100 KB each: together far more than sockets buffer. */
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

const get = (target: string, headers: Record<string, string> = {}) =>
  rawRequest(test.app.url, { method: 'GET', path: target, headers });
const isSlotFree = async () => (await get('/exports/kto.jsonl?topic=nothing')).status === 200;

describe('a client that does not read', () => {
  it('holds its export back, and gets all of it when it reads', async () => {
    const answer = await beginRequest(test.app.url, { method: 'GET', path });
    answer.pause();
    // In the time that another reader needs, this export would end too if it did not wait for its client.
    const exporter = createExporter(test.database.url);
    expect((await exporter.run('sft')).records).toHaveLength(count);
    await exporter.close();
    const later = await recordStatements(async () => {
      expect((await readText(answer)).split('\n')).toHaveLength(count + 1);
    });
    expect(readsIn(later)).toBeGreaterThan(5);
    await waitUntil('the slot is free', isSlotFree);
  });

  it('has its slot: another export is refused on a node that runs as many as it may', async () => {
    const answer = await beginRequest(test.app.url, { method: 'GET', path: `${path}&deduplicate` });
    const other = await get('/exports/kto.jsonl?topic=fruit');
    expect(other).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
    expect(other.headers['retry-after']).toBe('10');
    answer.destroy();
    await waitUntil('the slot is free', isSlotFree);
  });
});

describe('an export over HTTP', () => {
  it.each([
    ['a format that is not UTF-8', '/exports/%ff.jsonl', 400],
    ['a path that is not of an export', '/exports/kto.csv', 404],
    ['skip without as-of', '/exports/kto.jsonl?topic=fruit&skip=5', 400],
  ])('refuses %s', async (_name, target, status) => {
    const answer = await get(target);
    expect(answer.status).toBe(status);
    expect(answer.code).toBe(status === 404 ? 'NOT_FOUND' : 'INVALID_INPUT');
  });

  it('is not compressed for a client that refuses gzip', async () => {
    const plain = await get('/exports/events.jsonl?topic=nothing', { 'accept-encoding': 'gzip;q=0, br' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    const compressed = await get('/exports/events.jsonl?topic=nothing', {
      'accept-encoding': 'br, gzip;q=0.5',
    });
    expect(compressed.headers['content-encoding']).toBe('gzip');
  });

  it('fails with a status before the first record', async () => {
    await test.database.client.query('ALTER TABLE event RENAME TO missing');
    try {
      expect((await get(path)).status).toBe(500);
    } finally {
      await test.database.client.query('ALTER TABLE missing RENAME TO event');
    }
  });
});
