// Requests that cannot be answered: each gets a code, and none is logged as a failure of the server.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { rawRequest } from '../support/raw-http.ts';
import { connectSocket } from '../support/raw-websocket.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { startConversation } from '../support/talk.ts';

let test: TestApp;
const { log, failures } = createRecordedLog();
beforeAll(async () => {
  test = await startTestApp({}, log);
});
afterEach(() => expect(failures).toEqual([]));
afterAll(() => test.stop());

const json = { 'content-type': 'application/json' };
/** Twice the maximum size of a message, and 64 KiB. */
const maxBytes = 2 * 1_048_576 + 65_536;
const viewer = JSON.stringify({ query: '{ viewer { username } }' });

describe('a request', () => {
  it.each([
    ['no body', ''],
    ['broken JSON', '{"query": '],
    ['a list', '[]'],
    ['a batch', `[${viewer},${viewer}]`],
    ['a number', '7'],
    ['null', 'null'],
    ['no query', '{}'],
    ['a query that is null', '{"query":null}'],
    ['a query that is not a string', '{"query":7}'],
    ['an empty query', '{"query":""}'],
    ['variables that are not an object', '{"query":"{ viewer { username } }","variables":7}'],
    ['variables that are a list', '{"query":"{ viewer { username } }","variables":[]}'],
    ['an operationName that is not a string', '{"query":"{ viewer { username } }","operationName":7}'],
    [
      'an operationName that the document does not have',
      '{"query":"query A { viewer { username } }","operationName":"B"}',
    ],
    ['a syntax error', '{"query":"{"}'],
    ['a document without an operation', '{"query":"fragment F on Query { viewer { username } }"}'],
    [
      'two operations and no operationName',
      '{"query":"query A { viewer { username } } query B { viewer { username } }"}',
    ],
    ['an unknown field', '{"query":"{ nothing }"}'],
    ['an unknown argument', '{"query":"{ message(id: \\"x\\", no: 1) { id } }"}'],
    ['an argument of the wrong type', '{"query":"{ message(id: {}) { id } }"}'],
    ['a missing variable', '{"query":"query ($id: ID!) { message(id: $id) { id } }"}'],
    [
      'a variable of the wrong type',
      '{"query":"query ($id: ID!) { message(id: $id) { id } }","variables":{"id":{}}}',
    ],
    ['a negative offset', '{"query":"{ events(offset: -1) { nodes { id } } }"}'],
    [
      'an instant that is not in RFC 3339',
      '{"query":"mutation { addMessage(input: {conversationId: \\"x\\", role: USER, content: \\"x\\", createdAt: \\"soon\\"}) { message { id } } }"}',
    ],
    ['an unknown directive', '{"query":"{ viewer @no { username } }"}'],
  ])('with %s is INVALID_INPUT, whatever the client accepts', async (_name, body) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answer = await rawRequest(test.app.url, { body, headers: { ...json, accept } });
      expect(answer, answer.text).toMatchObject({ code: 'INVALID_INPUT' });
      expect(answer.status).toBeLessThan(500);
    }
  });

  it('by GET without a query, or with malformed variables, is INVALID_INPUT', async () => {
    for (const path of [
      '/graphql',
      '/graphql?query=%7B',
      '/graphql?query={viewer{username}}&variables=%7B',
    ]) {
      const headers = { accept: 'application/json' };
      const answer = await rawRequest(test.app.url, { method: 'GET', path, headers });
      expect(answer, answer.text).toMatchObject({ code: 'INVALID_INPUT' });
    }
  });

  it('with a method other than GET and POST is refused', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await rawRequest(test.app.url, { method, headers: json })).status).toBe(405);
    }
  });

  it('to another path is NOT_FOUND', async () => {
    const answer = await rawRequest(test.app.url, { method: 'GET', path: '/no' });
    expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('whose client disconnects in the middle is not logged as a failure', async () => {
    for (const length of [{ 'content-length': '1000' }, { 'transfer-encoding': 'chunked' }]) {
      const outgoing = request(`${test.app.url}/graphql`, {
        method: 'POST',
        headers: { ...json, ...length },
      });
      outgoing.on('error', () => {});
      outgoing.write('{"query"');
      await once(outgoing, 'socket');
      await rawRequest(test.app.url, { body: viewer, headers: json });
      const closed = new Promise((resolve) => outgoing.once('close', resolve));
      outgoing.destroy();
      await closed;
    }
    expect((await rawRequest(test.app.url, { body: viewer, headers: json })).status).toBe(200);
  });
});

describe('the size of a request', () => {
  const padded = (bytes: number) => viewer.padEnd(bytes, ' ');
  const inChunks = (text: string) => text.match(/[\s\S]{1,65536}/g) ?? [];

  it('may be up to the limit, with and without a declared length', async () => {
    const body = padded(maxBytes);
    expect((await rawRequest(test.app.url, { body, headers: json })).status).toBe(200);
    expect((await rawRequest(test.app.url, { body: inChunks(body), headers: json })).status).toBe(200);
  });

  it('beyond the limit is LIMIT_EXCEEDED, with and without a declared length', async () => {
    const refused = { status: 413, code: 'LIMIT_EXCEEDED' };
    const body = padded(maxBytes + 1);
    expect(await rawRequest(test.app.url, { body, headers: json })).toMatchObject(refused);
    expect(await rawRequest(test.app.url, { body: inChunks(body), headers: json })).toMatchObject(refused);
    const many = inChunks(padded(4 * maxBytes));
    expect(await rawRequest(test.app.url, { body: many, headers: json })).toMatchObject(refused);
  });

  it('allows a message of 1 MiB, also if JSON escapes each of its characters', async () => {
    const conversationId = await startConversation(test.client);
    for (const character of ['a', '"', '\n', 'é']) {
      const content = character.repeat(1_048_576 / Buffer.byteLength(character));
      const { data } = await test.client.send(
        'mutation ($id: ID!, $content: String!) { addMessage(input: { conversationId: $id, role: ASSISTANT, content: $content }) { message { content } } }',
        { id: conversationId, content: `x${content.slice(1)}` },
      );
      expect(data, JSON.stringify(character)).toEqual({
        addMessage: { message: { content: `x${content.slice(1)}` } },
      });
    }
  });

  it('is limited on a WebSocket too: 1 MiB passes, and more than the limit closes it with 1009', async () => {
    const raw = await connectSocket(test.app.url);
    raw.subscribe('1', `{ viewer { username } } # ${'x'.repeat(1_048_576)}`);
    expect(await raw.next()).toMatchObject({ id: '1', type: 'next' });
    raw.subscribe('2', `{ viewer { username } } # ${'x'.repeat(maxBytes)}`);
    expect((await raw.closed).code).toBe(1009);
  });
});

describe('a refused upgrade', () => {
  it('whose client resets the connection does not crash the server', async () => {
    const { port, hostname } = new URL(test.app.url);
    for (let n = 0; n < 20; n += 1) {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.write(
        'GET /graphql HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect((await rawRequest(test.app.url, { body: viewer, headers: json })).status).toBe(200);
  });

  it('leaves no connection behind, even if the client keeps its side open', async () => {
    const { port, hostname } = new URL(test.app.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => {});
    socket.resume();
    socket.write(
      'GET /graphql HTTP/1.1\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    await once(socket, 'end');
    const failed = once(socket, 'error');
    const writing = setInterval(() => socket.write('still here'), 10);
    await failed.finally(() => clearInterval(writing));
    expect(socket.destroyed).toBe(true);
  });
});
