// Exports over HTTP that do not end normally: their client disconnects or stops reading, their token expires, or they fail.
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { add, append, reply, start } from '../support/log.ts';
import { beginRequest, type RawAnswer, rawRequest } from '../support/raw-http.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { recordStatements } from '../support/statements.ts';
import { waitUntil } from '../support/wait.ts';

/** Conversations of 100 KB each: together far more than sockets buffer. */
const count = 150;
const secret = 'a secret that has at least 32 characters';
const path = '/exports/sft.jsonl?topic=fruit';
const small = '/exports/kto.jsonl?topic=nothing';

let test: TestApp;
const recorded = createRecordedLog();
beforeAll(async () => {
  // A pool of 8 connections: two exports at once.
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
let logged: () => string[];
beforeEach(async () => {
  await waitUntil('both slots are free', areSlotsFree);
  const before = recorded.failures.length;
  logged = () => recorded.failures.slice(before);
});

/** @param validSeconds how long the token is valid */
async function authorization(validSeconds = 3_600): Promise<Record<string, string>> {
  const token = await new SignJWT({ roles: ['ANALYST'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setExpirationTime(Math.floor(Date.now() / 1_000) + validSeconds)
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}` };
}

const readsIn = (statements: string[]) =>
  statements.filter((text) => text.includes('characters_before')).length;

const get = async (target: string): Promise<RawAnswer> =>
  rawRequest(test.app.url, { method: 'GET', path: target, headers: await authorization() });

async function areSlotsFree(): Promise<boolean> {
  const answers = await Promise.all([get(small), get(small)]);
  return answers.every(({ status }) => status === 200);
}

/** An export whose client has read the head, and reads nothing more. */
async function beginPaused(target: string, validSeconds?: number): Promise<IncomingMessage> {
  const headers = await authorization(validSeconds);
  const answer = await beginRequest(test.app.url, { method: 'GET', path: target, headers });
  answer.pause();
  return answer;
}

/** Counts the connections whose last statement contains the text. */
async function connectionsWith(text: string, state = '%'): Promise<number> {
  const { rowCount } = await test.database.client.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND query LIKE $1 AND state LIKE $2`,
    [`%${text}%`, state],
  );
  return rowCount ?? 0;
}

it('a client that disconnects in the middle frees its slot and its connection', async () => {
  const [disconnecting, staying] = [
    await beginPaused(`${path}&deduplicate`),
    await beginPaused(`${path}&deduplicate`),
  ];
  expect(await connectionsWith('INTO seen')).toBe(2);
  expect(await get(small)).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
  disconnecting.destroy();
  await waitUntil('its connection is closed', async () => (await connectionsWith('INTO seen')) === 1);
  await waitUntil('its slot is free', async () => (await get(small)).status === 200);
  staying.destroy();
  await waitUntil('no connection is held', async () => (await connectionsWith('INTO seen')) === 0);
});

it('a client that disconnects before the first record ends its statement in Postgres', async () => {
  const locker = await test.database.connect();
  try {
    await locker.query('BEGIN; LOCK TABLE event');
    const controller = new AbortController();
    const { signal } = controller;
    const fetching = fetch(`${test.app.url}${path}`, { headers: await authorization(), signal });
    const disconnected = expect(fetching).rejects.toThrow();
    const reads = () => connectionsWith('characters_before', 'active');
    await waitUntil('conversations are read', async () => (await reads()) === 1);
    controller.abort();
    await disconnected;
    await waitUntil('nothing is read', async () => (await reads()) === 0);
  } finally {
    await locker.end();
  }
});

it('a client that stops reading holds a slot and no connection, and gets everything when it reads on', async () => {
  const answer = await beginPaused(path);
  let whole = '';
  const ofWhole = await recordStatements(async () => {
    whole = (await get(path)).text;
  });
  let text = '';
  const ofRemaining = await recordStatements(async () => {
    text = await readText(answer);
  });
  // Most of the export was still in the log, and not in the memory of the server.
  expect(readsIn(ofRemaining)).toBeGreaterThan(readsIn(ofWhole) / 2);
  expect(text).toBe(whole);
  expect(answer.trailers).toEqual({ 'afterword-records': String(count) });
});

it('an export ends when its token expires, is seen to be incomplete, and can be continued', async () => {
  const answer = await beginPaused(`${path}&deduplicate`, 3);
  const asOf = answer.headers['afterword-as-of'];
  await waitUntil('it has ended', async () => (await connectionsWith('INTO seen')) === 0);
  const chunks: Buffer[] = [];
  await expect(async () => {
    for await (const chunk of answer) chunks.push(chunk);
  }).rejects.toThrow('aborted');
  expect({ complete: answer.complete, trailers: answer.trailers }).toEqual({ complete: false, trailers: {} });
  const received = Buffer.concat(chunks).toString();
  expect(logged()).toEqual([]);
  const lines = received.split('\n').slice(0, -1);
  expect(lines.length).toBeLessThan(count);
  const remaining = await get(`${path}&deduplicate&as-of=${asOf}&skip=${lines.length}`);
  const whole = await get(`${path}&deduplicate&as-of=${asOf}`);
  expect([...lines, ...remaining.text.split('\n')]).toEqual(whole.text.split('\n'));
});

it('an export that fails in the middle is seen to be incomplete, and the failure is logged', async () => {
  const answer = await beginPaused(path);
  await test.database.client.query('ALTER TABLE event RENAME TO missing');
  try {
    await expect(readText(answer)).rejects.toThrow('aborted');
    expect({ complete: answer.complete, trailers: answer.trailers }).toEqual({
      complete: false,
      trailers: {},
    });
    await waitUntil('it is logged', () => logged().some((line) => line.includes('does not exist')));
  } finally {
    await test.database.client.query('ALTER TABLE missing RENAME TO event');
  }
});

it('an export whose client disconnects is not logged as a failure', async () => {
  const answer = await beginPaused(path);
  answer.destroy();
  await waitUntil('both slots are free', areSlotsFree);
  expect(logged()).toEqual([]);
});
