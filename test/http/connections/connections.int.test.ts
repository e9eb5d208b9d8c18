// How many connections one user may have, and how many subscriptions one of them may carry.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { firstCode, openStream } from '../../support/raw-sse.ts';
import { codeOfMessage, connectSocket, openSocket, type RawSocket } from '../../support/raw-websocket.ts';
import { secret, signWithSecret } from '../../support/tokens.ts';
import { waitUntil } from '../../support/wait.ts';

const max = { connections: 4, subscriptions: 3 };
const events = 'subscription { events(topic: "quiet") { offset } }';
const viewer = '{ viewer { username } }';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({
    MAX_CONNECTIONS_PER_USER: String(max.connections),
    MAX_SUBSCRIPTIONS_PER_CONNECTION: String(max.subscriptions),
    AUTH_JWT_SECRET: secret,
  });
});
afterAll(() => test.stop());

/** Headers of a viewer. Each test has viewers of its own, since a server notices late that a connection is gone. */
async function headersOf(sub: string): Promise<{ authorization: string }> {
  return { authorization: `Bearer ${await signWithSecret({ sub, roles: ['ANALYST'] })}` };
}

type Headers = Awaited<ReturnType<typeof headersOf>>;
const connect = (headers: Headers) => connectSocket(test.app.url, headers);
const stream = (headers: Headers) => openStream(test.app.url, { query: events }, headers);

/** How a socket beyond the limit is closed. */
async function refusalOf(headers: Headers): Promise<{ code: number; reason: string }> {
  const raw = await openSocket(test.app.url, headers);
  raw.send({ type: 'connection_init' });
  return await raw.closed;
}

/** Connects as soon as the server has noticed that an earlier socket is gone. */
async function untilAdmitted(headers: Headers): Promise<RawSocket> {
  let admitted: RawSocket | undefined;
  await waitUntil('a connection is free', async () => {
    admitted = await connect(headers).catch(() => undefined);
    return admitted !== undefined;
  });
  if (admitted === undefined) throw new Error('No socket was admitted.');
  return admitted;
}

async function untilCursors(count: number): Promise<void> {
  await waitUntil(`${count} cursors are open`, () => test.app.openCursors() === count);
}

describe('a user with as many connections as MAX_CONNECTIONS_PER_USER', () => {
  it('is refused more of them on every carrier, and keeps those; other users are not affected', async () => {
    const [ada, bob] = [await headersOf('ada'), await headersOf('bob')];
    const sockets = [await connect(ada), await connect(ada)];
    const streams = [await stream(ada), await stream(ada)];
    await untilCursors(2);
    // A refused connection does not count.
    for (let count = 0; count < 3; count += 1) {
      const refused = await refusalOf(ada);
      expect(refused).toEqual({
        code: 1013,
        reason: expect.stringMatching(
          /^LIMIT_EXCEEDED: You have 4 open connections, the maximum \(MAX_CONNECTIONS_PER_USER\)/,
        ),
      });
      expect(await firstCode(await stream(ada))).toBe('LIMIT_EXCEEDED');
    }
    expect((await rawRequest(test.app.url, { body: { query: viewer }, headers: ada })).status).toBe(200);
    for (const raw of sockets) {
      raw.subscribe('1', viewer);
      expect(await raw.next()).toMatchObject({
        type: 'next',
        payload: { data: { viewer: { username: 'ada' } } },
      });
    }
    (await connect(bob)).socket.terminate();
    for (const { socket } of sockets) socket.terminate();
    for (const open of streams) open.cut();
    await untilCursors(0);
  });

  it('may open another when one is closed, however it was closed', async () => {
    const cleo = await headersOf('cleo');
    for (let round = 0; round < 10; round += 1) {
      const streams = [await stream(cleo), await stream(cleo)];
      const sockets = [await untilAdmitted(cleo), await untilAdmitted(cleo)];
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
  it('refuses more of them, and goes on; queries do not count', async () => {
    const raw = await connect(await headersOf('dan'));
    for (let id = 0; id < max.subscriptions; id += 1) raw.subscribe(`${id}`, events);
    await untilCursors(max.subscriptions);
    raw.subscribe('more', events);
    const refused = await raw.next();
    expect(refused?.id).toBe('more');
    expect(codeOfMessage(refused)).toBe('LIMIT_EXCEEDED');
    expect(JSON.stringify(refused?.payload)).toContain(
      'This connection has 3 subscriptions, the maximum (MAX_SUBSCRIPTIONS_PER_CONNECTION)',
    );
    raw.subscribe('query', viewer);
    let message = await raw.next();
    // The refused one may also be reported as complete.
    if (message?.id === 'more') message = await raw.next();
    expect(message).toMatchObject({ id: 'query', type: 'next' });
    expect(test.app.openCursors()).toBe(max.subscriptions);
    raw.socket.terminate();
    await untilCursors(0);
  });

  it('accepts another when one has ended, also by an error before it started', async () => {
    const raw = await connect(await headersOf('eve'));
    for (let round = 0; round < 5; round += 1) {
      for (let id = 0; id < max.subscriptions; id += 1) raw.subscribe(`${round} ${id}`, events);
      await untilCursors(max.subscriptions);
      for (let id = 0; id < max.subscriptions; id += 1) raw.send({ type: 'complete', id: `${round} ${id}` });
      await untilCursors(0);
      for (let id = 0; id < max.subscriptions; id += 1) {
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
