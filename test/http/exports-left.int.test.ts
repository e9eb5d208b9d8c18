// Exports over HTTP that break off: their client leaves, lets them wait, or may not read any longer, or they fail.
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { add, append, reply, start } from '../support/log.ts';
import { beginRequest, type RawAnswer, rawRequest } from '../support/raw-http.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { recordStatements } from '../support/statements.ts';
import { waitUntil } from '../support/wait.ts';

/** Conversations of 100 KB each, far more than sockets hold. */
const count = 150;
const secret = 'a secret that has at least 32 characters';
const path = '/exports/sft.jsonl?topic=fruit';
const small = '/exports/kto.jsonl?topic=nothing';

let test: TestApp;
const recorded = createRecordedLog();
beforeAll(async () => {
  // A pool of 8: two exports at once.
  test = await startTestApp({ DATABASE_POOL_SIZE: '8', AUTH_JWT_SECRET: secret }, recorded.log);
  for (let index = 0; index < count; index += 1) {
    const conversation = newId();
    await append(test.database.client, [
      start(conversation, { topic: 'fruit' }),
      add(conversation, newId()),
      reply(conversation, newId(), { content: `${index} ${'words '.repeat(16_000)}` }),
    ]);
  }
});
afterAll(() => test.stop());

/** @param restSeconds how long the token is good for */
async function authorization(restSeconds = 3_600): Promise<Record<string, string>> {
  const token = await new SignJWT({ roles: ['ANALYST'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setExpirationTime(Math.floor(Date.now() / 1_000) + restSeconds)
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}` };
}

const readsIn = (statements: string[]) =>
  statements.filter((text) => text.includes('characters_before')).length;

const get = async (asked: string): Promise<RawAnswer> =>
  rawRequest(test.app.url, { method: 'GET', path: asked, headers: await authorization() });

/** An export whose client has its head, and takes nothing more. */
async function beginPaused(asked: string, restSeconds?: number): Promise<IncomingMessage> {
  const headers = await authorization(restSeconds);
  const answer = await beginRequest(test.app.url, { method: 'GET', path: asked, headers });
  answer.pause();
  return answer;
}

/** Connections whose last statement has the text. */
async function connectionsWith(text: string, state = '%'): Promise<number> {
  const { rowCount } = await test.database.client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND query LIKE $1 AND state LIKE $2`,
    [`%${text}%`, state],
  );
  return rowCount ?? 0;
}

it('a client that leaves in the middle gives its seat and its connection back', async () => {
  const [left, other] = [await beginPaused(`${path}&deduplicate`), await beginPaused(`${path}&deduplicate`)];
  expect(await connectionsWith('INTO seen')).toBe(2);
  expect(await get(small)).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
  left.destroy();
  await waitUntil('its connection is closed', async () => (await connectionsWith('INTO seen')) === 1);
  await waitUntil('its seat is free', async () => (await get(small)).status === 200);
  other.destroy();
  await waitUntil('no connection is held', async () => (await connectionsWith('INTO seen')) === 0);
});

it('a client that leaves before the first record ends what Postgres does for it', async () => {
  const locker = await test.database.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE event');
    const leaving = new AbortController();
    const { signal } = leaving;
    const asked = fetch(`${test.app.url}${path}`, { headers: await authorization(), signal });
    const gone = expect(asked).rejects.toThrow();
    const reads = () => connectionsWith('characters_before', 'active');
    await waitUntil('conversations are read', async () => (await reads()) === 1);
    leaving.abort();
    await gone;
    await waitUntil('nothing is read', async () => (await reads()) === 0);
  } finally {
    await locker.end();
  }
});

it('a client that lets it wait holds a seat and nothing else, and has everything when it reads on', async () => {
  const answer = await beginPaused(path);
  let whole = '';
  const others = await recordStatements(async () => {
    whole = (await get(path)).text;
  });
  let text = '';
  const later = await recordStatements(async () => {
    text = await readText(answer);
  });
  // Most was still in the log, and not in the memory of the server.
  expect(readsIn(later)).toBeGreaterThan(readsIn(others) / 2);
  expect(text).toBe(whole);
  expect(answer.trailers).toEqual({ 'afterword-records': String(count) });
});

it('ends with its token, is not taken for whole, and is continued where it broke off', async () => {
  const answer = await beginPaused(`${path}&deduplicate`, 3);
  const asOf = answer.headers['afterword-as-of'];
  await waitUntil('it has ended', async () => (await connectionsWith('INTO seen')) === 0);
  const chunks: Buffer[] = [];
  await expect(async () => {
    for await (const chunk of answer) chunks.push(chunk);
  }).rejects.toThrow('aborted');
  expect({ complete: answer.complete, trailers: answer.trailers }).toEqual({ complete: false, trailers: {} });
  const came = Buffer.concat(chunks).toString();
  expect(recorded.failures).toEqual([]);
  const lines = came.split('\n').slice(0, -1);
  expect(lines.length).toBeLessThan(count);
  const rest = await get(`${path}&deduplicate&as-of=${asOf}&skip=${lines.length}`);
  const whole = await get(`${path}&deduplicate&as-of=${asOf}`);
  expect([...lines, ...rest.text.split('\n')]).toEqual(whole.text.split('\n'));
});

it('is not taken for whole where it fails in the middle, which is logged', async () => {
  const answer = await beginPaused(path);
  await test.database.client.query('ALTER TABLE event RENAME TO away');
  try {
    await expect(readText(answer)).rejects.toThrow('aborted');
    expect({ complete: answer.complete, trailers: answer.trailers }).toEqual({
      complete: false,
      trailers: {},
    });
    await waitUntil('it is logged', () => recorded.failures.some((line) => line.includes('does not exist')));
  } finally {
    await test.database.client.query('ALTER TABLE away RENAME TO event');
  }
});

it('is not logged as a failure where its client leaves', async () => {
  const before = recorded.failures.length;
  const answer = await beginPaused(path);
  answer.destroy();
  await waitUntil('both read slots are free', async () => {
    const [one, other] = await Promise.all([get(small), get(small)]);
    return one.status === 200 && other.status === 200;
  });
  expect(recorded.failures.slice(before)).toEqual([]);
});
