// Queries, mutations and subscriptions over each carrier: HTTP, server-sent events and WebSocket.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest } from '../support/raw-http.ts';
import { openStream } from '../support/raw-sse.ts';
import { codeOfMessage, connectSocket, openSocket } from '../support/raw-websocket.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { createGate, delta, done, finish, head, reply, type Script, wait } from '../support/script.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
const { log, failures } = createRecordedLog();
beforeAll(async () => {
  test = await startTestApp({}, log);
});
afterEach(async () => {
  await waitUntil('no cursor is open', () => test.app.openCursors() === 0);
  expect(failures).toEqual([]);
});
afterAll(() => test.stop());

const follow = `subscription ($id: ID!, $after: Int! = 0) {
  generation(messageId: $id, after: $after) {
    ... on GenerationDelta { offset text }
    ... on GenerationEnd { message { status } }
  }
}`;
const begin = 'mutation { startConversation(input: { model: "model-a" }) { conversation { id } } }';

/** @returns the id of a reply for which the model plays the script, which no later reply can get any more */
async function startReply(script: Script = reply('Hello')): Promise<string> {
  const nextRequest = test.model.requests.length + 1;
  test.model.enqueue(script);
  const conversationId = await startConversation(test.client);
  const id = await sendMessage(test.client, { conversationId, content: 'hi' });
  await test.model.waitForRequest(nextRequest);
  return id;
}

describe('an event stream', () => {
  it('must not be buffered, changed or stored by proxies, and brings each piece immediately', async () => {
    const gate = createGate();
    const id = await startReply([head(200), delta('one'), wait(gate.opened), delta('two'), finish(), done]);
    const stream = await openStream(test.app.url, { query: follow, variables: { id } });
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(stream.headers['x-accel-buffering']).toBe('no');
    expect(stream.headers['cache-control']).toBe('no-cache, no-transform');
    expect(stream.headers['content-encoding']).toBeUndefined();
    expect(await stream.next()).toBe('{"data":{"generation":{"offset":0,"text":"one"}}}');
    gate.open();
    expect(await stream.next()).toBe('{"data":{"generation":{"offset":3,"text":"two"}}}');
    expect(await stream.next()).toBe('{"data":{"generation":{"message":{"status":"COMPLETE"}}}}');
    expect(await stream.next()).toBeUndefined();
  });

  it('carries queries and mutations too', async () => {
    const query = await openStream(test.app.url, { query: '{ viewer { username } }' });
    expect(await query.next()).toBe('{"data":{"viewer":{"username":"local"}}}');
    const mutation = await openStream(test.app.url, { query: begin });
    expect(await mutation.next()).toMatch(/"conversation":\{"id":"\w{26}"/);
  });
});

describe('a response that is not a stream', () => {
  it('has no headers of a stream', async () => {
    const { headers } = await rawRequest(test.app.url, { body: { query: '{ viewer { username } }' } });
    expect(headers['x-accel-buffering']).toBeUndefined();
    expect(headers['content-type']).toMatch(/^application\/(graphql-response\+)?json/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is INVALID_INPUT for a subscription', async () => {
    const body = { query: follow, variables: { id: await startReply() } };
    const answer = await rawRequest(test.app.url, { body, headers: { accept: 'application/json' } });
    expect(answer.code).toBe('INVALID_INPUT');
  });
});

describe('a WebSocket', () => {
  it('carries a query, a mutation and a subscription at once', async () => {
    const raw = await connectSocket(test.app.url);
    raw.subscribe('query', '{ viewer { username } }');
    expect(await raw.next()).toMatchObject({
      id: 'query',
      type: 'next',
      payload: { data: { viewer: { username: 'local' } } },
    });
    expect(await raw.next()).toMatchObject({ id: 'query', type: 'complete' });
    raw.subscribe('mutation', begin);
    expect(await raw.next()).toMatchObject({ id: 'mutation', type: 'next' });
    expect(await raw.next()).toMatchObject({ id: 'mutation', type: 'complete' });
    raw.subscribe('subscription', follow, {
      id: await startReply([head(200), delta('whole'), finish(), done]),
    });
    expect(await raw.next()).toMatchObject({ payload: { data: { generation: { text: 'whole' } } } });
    expect(await raw.next()).toMatchObject({
      payload: { data: { generation: { message: { status: 'COMPLETE' } } } },
    });
    expect(await raw.next()).toMatchObject({ id: 'subscription', type: 'complete' });
    raw.socket.terminate();
  });

  it('answers ping with pong', async () => {
    const raw = await connectSocket(test.app.url);
    raw.send({ type: 'ping' });
    expect(await raw.next()).toMatchObject({ type: 'pong' });
    raw.socket.terminate();
  });

  it('is served only on /graphql', async () => {
    await expect(openSocket(`${test.app.url}/other`)).rejects.toThrow('HTTP 404');
  });

  it('is closed with 4400 after a message that is not of the protocol', async () => {
    const raw = await connectSocket(test.app.url);
    raw.socket.send('not JSON');
    expect((await raw.closed).code).toBe(4400);
  });
});

type Subscribe = (query: string, variables: Record<string, unknown>) => Promise<string | undefined>;
const carriers: Record<string, Subscribe> = {
  async WebSocket(query, variables) {
    const raw = await connectSocket(test.app.url);
    raw.subscribe('1', query, variables);
    const code = codeOfMessage(await raw.next());
    // A failed operation must not close the socket, with the other operations on it.
    raw.subscribe('2', '{ viewer { username } }');
    let next = await raw.next();
    if (next?.id === '1') next = await raw.next();
    expect(next).toMatchObject({ id: '2', type: 'next' });
    raw.socket.terminate();
    return code;
  },
  async SSE(query, variables) {
    const stream = await openStream(test.app.url, { query, variables });
    const data = await stream.next();
    expect(await stream.next()).toBeUndefined();
    return /"code":"(\w+)"/.exec(data ?? '')?.[1];
  },
};

describe.each(Object.entries(carriers))('a subscription over %s', (_carrier, send) => {
  it('to a reply that does not exist is NOT_FOUND', async () => {
    expect(await send(follow, { id: '01J7PTGBKBEYJHJAMZ9Q9EE9SD' })).toBe('NOT_FOUND');
    expect(await send(follow, { id: 'no ulid' })).toBe('NOT_FOUND');
  });

  it('after a negative offset, beyond the end of 32 bits, or to a prompt is INVALID_INPUT', async () => {
    const id = await startReply();
    expect(await send(follow, { id, after: -1 })).toBe('INVALID_INPUT');
    expect(await send(follow, { id, after: 2 ** 31 })).toBe('INVALID_INPUT');
    const { data } = await test.client.send('query ($id: ID!) { message(id: $id) { parent { id } } }', {
      id,
    });
    const prompt = /"id":"(\w+)"/.exec(JSON.stringify(data))?.[1];
    expect(await send(follow, { id: prompt })).toBe('INVALID_INPUT');
  });

  it('after half a character is INVALID_INPUT', async () => {
    const id = await startReply([head(200), delta('a😀b'), finish(), done]);
    expect(await send(follow, { id, after: 2 })).toBe('INVALID_INPUT');
  });

  it.each([
    ['a syntax error', 'subscription {', {}],
    ['an unknown field', 'subscription { nothing }', {}],
    ['a variable that is missing', follow, {}],
    ['a variable of a wrong type', follow, { id: 'x', after: 'y' }],
    [
      'two root fields',
      'subscription { a: generation(messageId: "x") { __typename } b: generation(messageId: "y") { __typename } }',
      {},
    ],
    ['no operation', 'fragment F on Query { viewer { username } }', {}],
  ])('with %s is INVALID_INPUT', async (_name, query, variables) => {
    expect(await send(query, variables)).toBe('INVALID_INPUT');
  });
});
