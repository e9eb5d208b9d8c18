// How many connections one user may have, and how many subscriptions one of them may carry.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { firstCode, openStream } from '../../support/raw-sse.ts';
import { codeOfMessage, connectSocket, openSocket, type RawSocket } from '../../support/raw-websocket.ts';
import { secret, signWithSecret } from '../../support/tokens.ts';
import { waitUntil } from '../../support/wait.ts';

const most = { connections: 4, subscriptions: 3 };
const events = 'subscription { events(topic: "quiet") { offset } }';
const viewer = '{ viewer { username } }';

let test: TestApp;
let tokens: { ada: string; bob: string };
beforeAll(async () => {
  const tokenOf = (sub: string) => signWithSecret({ sub, roles: ['ANALYST'] });
  tokens = { ada: `Bearer ${await tokenOf('ada')}`, bob: `Bearer ${await tokenOf('bob')}` };
  test = await startTestApp({
    MAX_CONNECTIONS_PER_USER: String(most.connections),
    MAX_SUBSCRIPTIONS_PER_CONNECTION: String(most.subscriptions),
    AUTH_JWT_SECRET: secret,
  });
});
afterAll(() => test.stop());

type User = keyof typeof tokens;
const connect = (user: User) => connectSocket(test.app.url, { authorization: tokens[user] });
const stream = (user: User) => openStream(test.app.url, { query: events }, { authorization: tokens[user] });

/** What a socket is told that is one too many. */
async function refusalOf(user: User): Promise<{ code: number; reason: string }> {
  const raw = await openSocket(test.app.url, { authorization: tokens[user] });
  raw.send({ type: 'connection_init' });
  return await raw.closed;
}

/** The server hears of a socket that is gone a moment later than its client. */
async function untilAdmitted(user: User): Promise<RawSocket> {
  const found: RawSocket[] = [];
  await waitUntil('a connection is free', async () => {
    const raw = await connect(user).catch(() => undefined);
    if (raw !== undefined) found.push(raw);
    return found.length > 0;
  });
  const [raw] = found;
  if (raw === undefined) throw new Error('A socket was admitted.');
  return raw;
}

async function untilCursors(count: number): Promise<void> {
  await waitUntil(`${count} cursors are open`, () => test.app.openCursors() === count);
}

describe('a user with as many connections as MAX_CONNECTIONS_PER_USER', () => {
  it('gets no more of them over any carrier, says so, and goes on with those; others are not concerned', async () => {
    const sockets = [await connect('ada'), await connect('ada')];
    const streams = [await stream('ada'), await stream('ada')];
    await untilCursors(2);
    // What is refused does not count either.
    for (let count = 0; count < 3; count += 1) {
      const refused = await refusalOf('ada');
      expect(refused).toEqual({
        code: 1013,
        reason: expect.stringMatching(/^LIMIT_EXCEEDED: MAX_CONNECTIONS_PER_USER is 4,/),
      });
      expect(await firstCode(await stream('ada'))).toBe('LIMIT_EXCEEDED');
    }
    const headers = { authorization: tokens.ada };
    expect((await rawRequest(test.app.url, { body: { query: viewer }, headers })).status).toBe(200);
    for (const raw of sockets) {
      raw.subscribe('1', viewer);
      expect(await raw.next()).toMatchObject({
        type: 'next',
        payload: { data: { viewer: { username: 'ada' } } },
      });
    }
    (await connect('bob')).socket.terminate();
    for (const { socket } of sockets) socket.terminate();
    for (const open of streams) open.cut();
    await untilCursors(0);
  });

  it('may have another when one is gone, however it went, again and again', async () => {
    for (let round = 0; round < 10; round += 1) {
      const streams = [await stream('ada'), await stream('ada')];
      const sockets = [await untilAdmitted('ada'), await untilAdmitted('ada')];
      sockets[0]?.subscribe('1', events);
      await untilCursors(3);
      sockets[0]?.socket.terminate();
      sockets[1]?.socket.close();
      for (const open of streams) open.cut();
      await untilCursors(0);
    }
  });
});

describe('a connection with as many subscriptions as MAX_SUBSCRIPTIONS_PER_CONNECTION', () => {
  it('takes no more of them, says so, and goes on; queries do not count', async () => {
    const raw = await connect('ada');
    for (let id = 0; id < most.subscriptions; id += 1) raw.subscribe(`${id}`, events);
    await untilCursors(most.subscriptions);
    raw.subscribe('more', events);
    const refused = await raw.next();
    expect(refused?.id).toBe('more');
    expect(codeOfMessage(refused)).toBe('LIMIT_EXCEEDED');
    expect(JSON.stringify(refused?.payload)).toContain('MAX_SUBSCRIPTIONS_PER_CONNECTION is 3');
    raw.subscribe('query', viewer);
    let message = await raw.next();
    // The refused one is complete, too.
    if (message?.id === 'more') message = await raw.next();
    expect(message).toMatchObject({ id: 'query', type: 'next' });
    expect(test.app.openCursors()).toBe(most.subscriptions);
    raw.socket.terminate();
    await untilCursors(0);
  });

  it('takes another when one has ended, also by an error before it began', async () => {
    const raw = await connect('ada');
    for (let round = 0; round < 5; round += 1) {
      for (let id = 0; id < most.subscriptions; id += 1) raw.subscribe(`${round} ${id}`, events);
      await untilCursors(most.subscriptions);
      for (let id = 0; id < most.subscriptions; id += 1) raw.send({ type: 'complete', id: `${round} ${id}` });
      await untilCursors(0);
      for (let id = 0; id < most.subscriptions; id += 1) {
        raw.subscribe('none', 'subscription { generation(messageId: "none") { __typename } }');
        let message = await raw.next();
        while (message?.type === 'complete') message = await raw.next();
        expect(codeOfMessage(message)).toBe('NOT_FOUND');
        raw.subscribe('after', viewer);
        while (message?.id !== 'after') message = await raw.next();
      }
    }
    raw.socket.terminate();
  });
});
