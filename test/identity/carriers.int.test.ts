// Authentication is the same on every carrier: HTTP, SSE and WebSocket.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest } from '../support/raw-http.ts';
import { openStream } from '../support/raw-sse.ts';
import { codeOfMessage, openSocket } from '../support/raw-websocket.ts';
import { type Issuer, inSeconds, secret, signWithSecret, startIssuer } from '../support/tokens.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let token: string;
let expired: string;
beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  token = await signWithSecret({ sub: 'ada' });
  expired = await signWithSecret({ sub: 'ada', exp: inSeconds(-60) });
});
afterAll(() => test.stop());

const viewer = '{ viewer { username roles } }';
const follow = 'subscription { generation(messageId: "none") { __typename } }';

describe('over HTTP', () => {
  it('a valid token identifies the viewer', async () => {
    const { status, data } = await test.as(token).send(viewer);
    expect({ status, data }).toEqual({ status: 200, data: { viewer: { username: 'ada', roles: ['USER'] } } });
  });

  it('a missing, expired or malformed token is answered with 401 and UNAUTHENTICATED', async () => {
    for (const authorization of [null, `Bearer ${expired}`, 'Bearer x', 'Basic YTpi']) {
      for (const accept of [
        'application/json',
        'application/graphql-response+json',
        '*/*',
        'text/event-stream',
      ]) {
        const answer = await rawRequest(test.app.url, {
          body: { query: viewer },
          headers: { authorization, accept },
        });
        expect(answer.status, `${authorization} ${accept}`).toBe(401);
        expect(answer.text).toContain('"code":"UNAUTHENTICATED"');
      }
    }
  });

  it('a subscription without a token is refused before it starts', async () => {
    const stream = await openStream(test.app.url, { query: follow });
    expect(stream.status).toBe(401);
    stream.cut();
  });

  it('a token in the URL is ignored', async () => {
    const path = `/graphql?query=${encodeURIComponent(viewer)}&authorization=Bearer%20${token}&access_token=${token}`;
    const answer = await rawRequest(test.app.url, { method: 'GET', path });
    expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('health needs no token', async () => {
    for (const path of ['/health', '/ready']) {
      expect((await rawRequest(test.app.url, { method: 'GET', path })).status).toBe(200);
    }
  });
});

describe('over WebSocket', () => {
  async function connect(headers: Record<string, string>, payload?: Record<string, unknown>) {
    const raw = await openSocket(test.app.url, headers);
    raw.send({ type: 'connection_init', ...(payload === undefined ? {} : { payload }) });
    return raw;
  }

  async function usernameOf(raw: Awaited<ReturnType<typeof connect>>) {
    expect(await raw.next()).toMatchObject({ type: 'connection_ack' });
    raw.subscribe('1', viewer);
    const message = await raw.next();
    raw.socket.terminate();
    return message?.payload;
  }

  it('a token in connection_init, or in the Authorization header of the upgrade, identifies the viewer', async () => {
    const ada = { data: { viewer: { username: 'ada', roles: ['USER'] } } };
    const authorization = `Bearer ${token}`;
    expect(await usernameOf(await connect({}, { authorization }))).toEqual(ada);
    expect(await usernameOf(await connect({}, { Authorization: authorization }))).toEqual(ada);
    expect(await usernameOf(await connect({ authorization }))).toEqual(ada);
  });

  it('the token in connection_init takes precedence over that of the upgrade', async () => {
    const bob = `Bearer ${await signWithSecret({ sub: 'bob' })}`;
    const raw = await connect({ authorization: `Bearer ${token}` }, { authorization: bob });
    expect(await usernameOf(raw)).toMatchObject({ data: { viewer: { username: 'bob' } } });
  });

  it('a missing, expired or malformed token closes the socket with 4401', async () => {
    for (const payload of [undefined, {}, { authorization: `Bearer ${expired}` }, { authorization: 7 }]) {
      const raw = await connect({}, payload);
      expect(await raw.closed, JSON.stringify(payload)).toEqual({ code: 4401, reason: 'UNAUTHENTICATED' });
    }
  });

  it('an operation before connection_init closes the socket with 4401, and does not run', async () => {
    const raw = await openSocket(test.app.url, { authorization: `Bearer ${token}` });
    raw.subscribe('1', viewer);
    expect((await raw.closed).code).toBe(4401);
    expect(await raw.next()).toBeUndefined();
  });

  it('a socket is closed with 4401 when its token expires', async () => {
    const short = await signWithSecret({ sub: 'ada', exp: inSeconds(0.5) });
    const raw = await connect({}, { authorization: `Bearer ${short}` });
    expect(await raw.next()).toMatchObject({ type: 'connection_ack' });
    raw.subscribe('1', follow);
    expect(codeOfMessage(await raw.next())).toBe('NOT_FOUND');
    expect(await raw.closed).toEqual({ code: 4401, reason: 'token expired' });
  });
});

describe('an event stream', () => {
  it('ends with UNAUTHENTICATED when its token expires, and closes its cursor', async () => {
    const { model, app } = test;
    model.enqueue([{ kind: 'hang' }]);
    const client = test.as(token);
    const { data } = await client.send(
      'mutation { startConversation(input: { model: "model-a" }) { conversation { id } } }',
    );
    const id = /"id":"(\w+)"/.exec(JSON.stringify(data))?.[1];
    const sent = await client.send(
      'mutation ($id: ID!) { sendMessage(input: { conversationId: $id, content: "hi" }) { reply { id } } }',
      { id },
    );
    const reply = /"id":"(\w+)"/.exec(JSON.stringify(sent.data))?.[1];
    const short = await signWithSecret({ sub: 'ada', exp: inSeconds(3) });
    const stream = await openStream(
      app.url,
      {
        query: 'subscription ($id: ID!) { generation(messageId: $id) { __typename } }',
        variables: { id: reply },
      },
      { authorization: `Bearer ${short}` },
    );
    await waitUntil('the cursor is open', () => app.openCursors() === 1);
    expect(await stream.next()).toContain('UNAUTHENTICATED');
    expect(await stream.next()).toBeUndefined();
    await waitUntil('the cursor is closed', () => app.openCursors() === 0);
  });
});

describe('with a key set', () => {
  let issuer: Issuer;
  let guarded: TestApp;
  beforeAll(async () => {
    issuer = await startIssuer();
    guarded = await startTestApp({ AUTH_JWKS_URL: issuer.jwksUrl });
  });
  afterAll(async () => {
    await guarded.stop();
    await issuer.stop();
  });

  it('that cannot be read, HTTP answers UPSTREAM_FAILED, and a WebSocket closes with 1013, after which clients reconnect', async () => {
    const authorization = `Bearer ${await issuer.sign('ES256', { sub: 'ada' })}`;
    issuer.answerWith(500, 'oops');
    const answer = await rawRequest(guarded.app.url, { body: { query: viewer }, headers: { authorization } });
    expect(answer.code).toBe('UPSTREAM_FAILED');
    const raw = await openSocket(guarded.app.url, { authorization });
    raw.send({ type: 'connection_init' });
    expect(await raw.closed).toEqual({ code: 1013, reason: 'UPSTREAM_FAILED' });
  });
});
