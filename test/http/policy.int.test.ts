// Which hosts and origins may use the server, on each carrier.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest } from '../support/raw-http.ts';
import { firstCode, openStream } from '../support/raw-sse.ts';
import { codeOfMessage, openSocket } from '../support/raw-websocket.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

let local: TestApp;
let guarded: TestApp;
let token: string;
beforeAll(async () => {
  local = await startTestApp({ ALLOWED_ORIGINS: 'https://chat.example' });
  guarded = await startTestApp({ AUTH_JWT_SECRET: secret, ALLOWED_ORIGINS: 'https://chat.example' });
  token = await signWithSecret({ sub: 'ada' });
});
afterAll(async () => {
  await local.stop();
  await guarded.stop();
});

const viewerQuery = { query: '{ viewer { username } }' };
const follow = 'subscription { generation(messageId: "none") { __typename } }';

type Headers = Record<string, string>;
type Outcome = 'passes' | 'FORBIDDEN' | string;

/** Whether a request with the headers passes. A subscription to an unknown reply passes if it is NOT_FOUND. */
const attempts: Record<string, (url: string, headers: Headers) => Promise<Outcome>> = {
  async HTTP(url, headers) {
    const answer = await rawRequest(url, { body: viewerQuery, headers });
    if (answer.status === 200) return 'passes';
    return answer.status === 403 && answer.code !== undefined ? answer.code : answer.text;
  },
  async SSE(url, headers) {
    const stream = await openStream(url, { query: follow }, headers);
    if (stream.status === 200 && (await firstCode(stream)) === 'NOT_FOUND') return 'passes';
    stream.cut();
    return stream.status === 403 ? 'FORBIDDEN' : String(stream.status);
  },
  async WebSocket(url, headers) {
    const opened = await openSocket(url, headers).catch((error: Error) => error);
    if (opened instanceof Error) return opened.message === 'HTTP 403' ? 'FORBIDDEN' : opened.message;
    opened.send({ type: 'connection_init', payload: {} });
    await opened.next();
    opened.subscribe('1', follow);
    const code = codeOfMessage(await opened.next());
    opened.socket.terminate();
    return code === 'NOT_FOUND' ? 'passes' : String(code);
  },
};

describe.each(Object.entries(attempts))('over %s', (_carrier, attempt) => {
  it.each([
    ['a foreign name that points to this machine (DNS rebinding)', { host: 'evil.example' }],
    ['a foreign name with our port', { host: 'evil.example:4000' }],
    ['a foreign name that starts like loopback', { host: '127.0.0.1.evil.example' }],
    ['an address of the network', { host: '192.168.1.7:4000' }],
    ['nonsense', { host: 'a b' }],
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of another site whose name starts like loopback', { origin: 'http://localhost.evil.example' }],
    ['a page of a rebound name', { host: 'evil.example', origin: 'http://evil.example' }],
    ['a sandboxed page or a file', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
    ['an allowed origin with another port', { origin: 'https://chat.example:8443' }],
    ['an allowed origin without TLS', { origin: 'http://chat.example' }],
  ])('without authentication %s is refused', async (_name, headers) => {
    expect(await attempt(local.app.url, headers)).toBe('FORBIDDEN');
  });

  it('without authentication a request without an origin, and pages of this machine and of allowed origins, pass', async () => {
    const { url } = local.app;
    const port = new URL(url).port;
    for (const headers of [
      {},
      { origin: url },
      { host: `localhost:${port}`, origin: `http://localhost:${port}` },
      { host: `[::1]:${port}` },
      { origin: 'http://localhost:5173' },
      { origin: 'http://[::1]:5173' },
      { origin: 'https://chat.example' },
    ] satisfies Headers[]) {
      expect(await attempt(url, headers), JSON.stringify(headers)).toBe('passes');
    }
  });

  it('with authentication any Host passes, and a foreign origin is still refused', async () => {
    const { url } = guarded.app;
    const authorization = `Bearer ${token}`;
    const host = 'api.example';
    expect(await attempt(url, { authorization, host })).toBe('passes');
    expect(await attempt(url, { authorization, host, origin: 'https://api.example' })).toBe('passes');
    expect(await attempt(url, { authorization, host, origin: 'https://chat.example' })).toBe('passes');
    for (const origin of ['https://evil.example', 'http://localhost:5173', 'null']) {
      expect(await attempt(url, { authorization, host, origin }), origin).toBe('FORBIDDEN');
    }
  });
});

describe('a request without Host', () => {
  it('is refused', async () => {
    const answer = await rawRequest(local.app.url, { body: viewerQuery, headers: { host: null } });
    expect(answer.status).toBe(400);
    expect(answer.text).toBe('');
  });
});

describe('pages of an allowed origin', () => {
  const origin = 'https://chat.example';

  it('may read the response', async () => {
    const { status, headers } = await rawRequest(local.app.url, { body: viewerQuery, headers: { origin } });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers.vary).toContain('Origin');
  });

  it('may read an event stream', async () => {
    const stream = await openStream(local.app.url, { query: follow }, { origin });
    expect(stream.headers['access-control-allow-origin']).toBe(origin);
    stream.cut();
  });

  it('may read why a request that is too large was refused', async () => {
    const headers = { origin, 'content-type': 'application/json', 'content-length': '999999999' };
    const answer = await rawRequest(local.app.url, { headers });
    expect(answer).toMatchObject({ status: 413, code: 'LIMIT_EXCEEDED' });
    expect(answer.headers['access-control-allow-origin']).toBe(origin);
  });

  it('may send JSON and a token, as the preflight allows', async () => {
    const answer = await rawRequest(guarded.app.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': origin });
    expect(answer.headers['access-control-allow-methods']).toContain('POST');
    expect(answer.headers['access-control-allow-headers']).toMatch(/content-type.*authorization/i);
  });

  it('pass the preflight that refuses other origins', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const answer = await rawRequest(guarded.app.url, { method: 'OPTIONS', headers });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a mutation', () => {
  const query = 'mutation { startConversation(input: { model: "model-a" }) { conversation { id } } }';
  const countConversations = async () => {
    const { rows } = await local.database.client.query<{ count: number }>(
      'SELECT count(*)::int FROM conversation',
    );
    return rows[0]?.count ?? 0;
  };

  it.each([
    ['text/plain', JSON.stringify({ query })],
    ['text/plain;application/json', JSON.stringify({ query })],
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(query)}`],
    ['application/x-www-form-urlencoded;charset=utf-8', `query=${encodeURIComponent(query)}`],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n${query}\r\n--x--`,
    ],
    ['application/graphql', query],
    ['', JSON.stringify({ query })],
  ])('does not run as %j, which pages of any site can send', async (type, body) => {
    const before = await countConversations();
    for (const path of ['/graphql', `/graphql?query=${encodeURIComponent(query)}`]) {
      const headers = type === '' ? {} : { 'content-type': type };
      const answer = await rawRequest(local.app.url, { path, body, headers });
      expect(answer).toMatchObject({ status: 415, code: 'INVALID_INPUT' });
    }
    expect(await countConversations()).toBe(before);
  });

  it('does not run by GET, whatever the client accepts', async () => {
    const before = await countConversations();
    for (const accept of ['application/json', 'text/event-stream', 'text/html', '*/*']) {
      const path = `/graphql?query=${encodeURIComponent(query)}`;
      const answer = await rawRequest(local.app.url, { method: 'GET', path, headers: { accept } });
      expect(answer.text).not.toContain('"conversation"');
    }
    expect(await countConversations()).toBe(before);
  });

  it('runs as JSON', async () => {
    const before = await countConversations();
    expect((await rawRequest(local.app.url, { body: { query } })).status).toBe(200);
    expect(await countConversations()).toBe(before + 1);
  });
});
