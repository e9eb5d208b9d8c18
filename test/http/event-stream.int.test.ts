// Event streams that a browser resumes without a library: ids, Last-Event-ID, heartbeats, and an end after which it does
// not reconnect.

import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventStream } from '../../src/http/event-stream.ts';
import { createToJson } from '../../src/http/response-json.ts';
import { formatCursor } from '../../src/log/read/cursor.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { openEventSource } from '../support/event-source.ts';
import { beginRequest, rawRequest } from '../support/raw-http.ts';
import { createGate, delta, done, finish, head, wait } from '../support/script.ts';
import { sendMessage, startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

const get = (query: string, headers: Record<string, string> = {}) =>
  beginRequest(test.app.url, {
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent(query)}`,
    headers: { accept: 'text/event-stream', ...headers },
  });

/** Reads until that many results have come, or until the end. */
async function read(query: string, results: number, headers: Record<string, string> = {}): Promise<string> {
  const answer = await get(query, headers);
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) {
    text += piece;
    if (text.split('event: next\n').length > results && text.endsWith('\n\n')) break;
  }
  answer.destroy();
  return text;
}

/** A proxy to the server whose connections can be cut. */
async function startProxy(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connectSocket(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('an event stream over GET', () => {
  it('has the cursor as the id of each event of the log, and resumes after Last-Event-ID', async () => {
    const topic = 'ids';
    for (let count = 0; count < 3; count += 1) await startConversation(test.client, { topic });
    const query = `subscription { events(topic: "${topic}", offset: 1) { offset } }`;
    const [first, second] = [1, 2].map((offset) => {
      const id = formatCursor({ topic, offset });
      return `event: next\nid: ${id}\ndata: {"data":{"events":{"offset":${offset}}}}\n\n`;
    });
    const text = await read(query, 2);
    expect(text).toMatch(/^retry: \d{3,4}\n:\n\n/);
    expect(text.slice(text.indexOf('event:'))).toBe(`${first}${second}`);
    const resumed = await read(query, 1, { 'last-event-id': formatCursor({ topic, offset: 1 }) });
    expect(resumed.slice(resumed.indexOf('event:'))).toBe(second);
  });

  it('has the text offset as the id of each piece of a reply, and resumes after Last-Event-ID', async () => {
    test.model.enqueue([head(200), delta('one'), delta('two'), finish(), done]);
    const conversationId = await startConversation(test.client);
    const id = await sendMessage(test.client, { conversationId, content: 'hi' });
    const query = `subscription { generation(messageId: "${id}") { ... on GenerationDelta { text } ... on GenerationEnd { message { content } } } }`;
    const whole = await read(query, 9);
    expect(whole).toMatch(/id: 6\ndata: .*two/);
    expect(whole).toMatch(/event: complete\nid: complete\ndata:\n\n$/);
    const resumed = await read(query, 9, { 'last-event-id': '4' });
    expect(resumed).toContain('id: 6\ndata: {"data":{"generation":{"text":"wo"}}}');
  });

  it.each([
    ['events', '{ events(topic: "t") { offset } }', 'rubbish'],
    ['generation', '{ generation(messageId: "01J7PTGBKBEYJHJAMZ9Q9EE9SD") { __typename } }', '-1'],
  ])('of %s refuses a Last-Event-ID that it has never sent', async (_field, selection, id) => {
    const text = await read(`subscription ${selection}`, 1, { 'last-event-id': id });
    expect(text).toContain(`Last-Event-ID \\"${id}\\"`);
    expect(text).toContain('"code":"INVALID_INPUT"');
    // A browser that reconnects with the same id must not end as if the stream were complete.
    expect(text).not.toContain('id: complete\ndata: {');
  });

  it('is answered with 204 after its end, which stops an EventSource', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': 'complete' };
    const path = `/graphql?query=${encodeURIComponent('subscription { events { offset } }')}`;
    const { status, text } = await rawRequest(test.app.url, { method: 'GET', path, headers });
    expect({ status, text }).toEqual({ status: 204, text: '' });
  });
});

describe('an EventSource', () => {
  it('follows the log over cut connections without a gap or a repetition', async () => {
    const topic = 'browser';
    const proxy = await startProxy(Number(new URL(test.app.url).port));
    const source = openEventSource(proxy.url, `subscription { events(topic: "${topic}") { offset } }`);
    const received: unknown[] = [];
    let cuts = 0;
    await startConversation(test.client, { topic });
    while (received.length < 6) {
      const entry = await source.next();
      if (entry === undefined) throw new Error('The EventSource ended.');
      if (entry.is !== 'next') continue;
      received.push(entry.data);
      if (received.length % 2 === 0) {
        proxy.cut();
        cuts += 1;
      }
      await startConversation(test.client, { topic });
    }
    source.close();
    await proxy.stop();
    expect(cuts).toBe(3);
    expect(received).toEqual([0, 1, 2, 3, 4, 5].map((offset) => ({ data: { events: { offset } } })));
  });

  it('has exactly the text of a reply after a cut, and does not reconnect after the end', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('one, '), wait(gate.opened), delta('two'), finish(), done]);
    const conversationId = await startConversation(test.client);
    const id = await sendMessage(test.client, { conversationId, content: 'hi' });
    const proxy = await startProxy(Number(new URL(test.app.url).port));
    const source = openEventSource(
      proxy.url,
      `subscription { generation(messageId: "${id}") { ... on GenerationDelta { text } } }`,
    );
    const happened: unknown[] = [];
    for (;;) {
      const entry = await source.next();
      happened.push(entry);
      if (entry?.is === 'next' && entry.id === '5') {
        proxy.cut();
        gate.open();
      }
      if (entry === undefined || entry.is === 'closed') break;
    }
    source.close();
    await proxy.stop();
    const texts = happened.filter((entry) => JSON.stringify(entry).includes('"text"'));
    expect(texts).toEqual([
      { is: 'next', id: '5', data: { data: { generation: { text: 'one, ' } } } },
      { is: 'next', id: '8', data: { data: { generation: { text: 'two' } } } },
    ]);
    expect(happened.slice(-3)).toEqual([
      { is: 'complete', id: 'complete' },
      { is: 'reconnecting' },
      { is: 'closed' },
    ]);
  });
});

it('a silent stream sends a heartbeat within 15 seconds', { timeout: 60_000 }, async () => {
  const answer = await get('subscription { events(topic: "silent") { offset } }');
  let startedAt: number | undefined;
  let text = '';
  for await (const piece of answer.setEncoding('utf8')) {
    startedAt ??= performance.now();
    text += piece;
    if (/:\n\n.*:\n\n/s.test(text)) break;
  }
  answer.destroy();
  expect(text).toMatch(/^retry: \d+\n:\n\n:\n\n$/);
  expect(performance.now() - (startedAt ?? 0)).toBeLessThan(15_000);
});

it('a silent stream sends heartbeats, and returns its source when the client leaves', async () => {
  let hasReturned = false;
  const silent: AsyncIterableIterator<never> = {
    next: () => new Promise(() => {}),
    return: () => {
      hasReturned = true;
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]: () => silent,
  };
  const reader = createEventStream(silent, {
    heartbeatMs: 5,
    retryMs: 1_000,
    flushState: { isFlushed: true, flushed: () => Promise.resolve() },
    toJson: createToJson(),
  }).getReader();
  const decoder = new TextDecoder();
  const texts = [];
  for (let count = 0; count < 3; count += 1) texts.push(decoder.decode((await reader.read()).value));
  expect(texts).toEqual(['retry: 1000\n:\n\n', ':\n\n', ':\n\n']);
  await reader.cancel();
  expect(hasReturned).toBe(true);
});
