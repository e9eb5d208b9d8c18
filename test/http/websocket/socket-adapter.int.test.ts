// Clients that disconnect are not logged as failures; failures of the server are.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { makeServer } from 'graphql-ws';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import * as operations from '../../../src/client/operations.ts';
import { keepAlive } from '../../../src/http/connections/heartbeat.ts';
import { createSend, serveSocket } from '../../../src/http/websocket/socket-adapter.ts';
import { startTestApp } from '../../support/app.ts';
import { connectSocket } from '../../support/raw-websocket.ts';
import { createRecordedLog } from '../../support/recorded-log.ts';
import { done, endlessText, finish, head } from '../../support/script.ts';
import { sendMessage, startConversation } from '../../support/talk.ts';
import { waitUntil } from '../../support/wait.ts';

const large = 'x'.repeat(1_000_000);

let stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

/** @param serve called with each socket of a server on a free port */
async function startServer(serve: (socket: WebSocket, request: IncomingMessage) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  stops.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  server.on('connection', serve);
  await once(server, 'listening');
  const address = server.address();
  return `ws://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

async function open(url: string, options: WebSocket.ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  await once(socket, 'open');
  return socket;
}

it('clients that disconnect while much is sent to them leave no entry in any log', {
  timeout: 60_000,
}, async () => {
  const { log, failures } = createRecordedLog();
  const printed: unknown[] = [];
  const print = console.error;
  console.error = (...values) => void printed.push(values);
  stops.push(() => {
    console.error = print;
  });
  const test = await startTestApp({ MAX_REPLY_BYTES: '50000000' }, log);
  stops.push(() => test.stop());
  test.model.setDefault([
    head(200),
    endlessText({ text: 'word '.repeat(50), count: 40_000 }),
    finish(),
    done,
  ]);
  const messageId = await sendMessage(test.client, {
    conversationId: await startConversation(test.client),
    content: 'hello',
  });
  const query = 'subscription ($id: ID!) { generation(messageId: $id) { ... on GenerationDelta { text } } }';
  const leave = async () => {
    const raw = await connectSocket(test.app.url);
    for (let count = 0; count < 4; count += 1) raw.subscribe(`${count}`, query, { id: messageId });
    await raw.next();
    raw.socket.terminate();
  };
  for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, leave));
  await waitUntil('all cursors are closed', () => test.app.openCursors() === 0);
  await test.client.run(operations.StopGenerationDocument, {
    input: { messageId },
  });
  expect({ printed, failures }).toEqual({ printed: [], failures: [] });
});

it('a failure of the server is reported once, and closes the socket without its message', async () => {
  const errors: unknown[] = [];
  const server = makeServer<Record<string, unknown>, Parameters<typeof serveSocket>[1]>({
    onSubscribe: () => {
      throw new Error('a secret of the server');
    },
  });
  const url = await startServer((socket, request) => {
    const send = createSend(socket, () => {});
    serveSocket(server, { socket, request, send }, (error) => errors.push(error));
  });
  const socket = await open(url);
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ a }"}}');
  const [code, reason] = await once(socket, 'close');
  expect([code, String(reason)]).toEqual([4500, 'Internal server error']);
  expect(errors).toEqual([new Error('a secret of the server')]);
});

it('messages of any length arrive whole and in order', async () => {
  const texts = [0, 1, 125, 126, 65_535, 65_536, 1_000_000].map(
    (bytes) => 'é'.repeat(bytes / 2) + 'x'.repeat(bytes % 2),
  );
  const url = await startServer((socket) => {
    const send = createSend(socket, () => {});
    for (const text of texts) {
      void send(text);
      socket.send(`${text.length}`);
    }
    socket.close();
  });
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const received: string[] = [];
  socket.on('message', (data) => received.push(String(data)));
  await once(socket, 'close');
  expect(received).toEqual(texts.flatMap((text) => [text, `${text.length}`]));
});

it('a message is sent once the network has taken it, and fails if the socket closes before', async () => {
  const ready = Promise.withResolvers<{ first: Promise<void>; last: Promise<void> }>();
  let sentCount = 0;
  const url = await startServer((socket) => {
    const send = createSend(socket, () => {
      sentCount += 1;
    });
    socket.once('message', () => {
      const first = send('small');
      // More than the network keeps for a client that reads nothing.
      const messages = Array.from({ length: 20 }, () => send(large));
      for (const message of messages) message.catch(() => {});
      ready.resolve({ first, last: messages.at(-1) ?? first });
    });
  });
  const stalled = await open(url);
  stalled.pause();
  stalled.send('begin');
  const { first, last } = await ready.promise;
  await first;
  expect(await Promise.race([last, new Promise((resolve) => setImmediate(resolve, 'pending'))])).toBe(
    'pending',
  );
  stalled.terminate();
  await expect(last).rejects.toThrow();
  expect(sentCount).toBeGreaterThan(0);
  expect(sentCount).toBeLessThan(21);
});

describe('a client', () => {
  const heartbeatMs = 50;
  /** Many more than a silent client may miss. */
  const manyHeartbeats = 40;

  it('that answers pings is kept, and one that does not is terminated', async () => {
    const url = await startServer((socket) => keepAlive(socket, heartbeatMs));
    const [answering, silent] = [await open(url), await open(url, { autoPong: false })];
    let pings = 0;
    answering.on('ping', () => (pings += 1));
    await once(silent, 'close');
    await waitUntil('the other was pinged often', () => pings > manyHeartbeats);
    expect(answering.readyState).toBe(answering.OPEN);
  });

  it('that reads slowly is kept, though it answers no ping', async () => {
    let sent = 0;
    const url = await startServer((socket) => {
      const onSent = keepAlive(socket, heartbeatMs);
      // Like a source that is held back: the next message once the network has taken the last.
      const sendNext = () =>
        socket.send(large, (error) => {
          if (error) return;
          onSent();
          sent += 1;
          sendNext();
        });
      sendNext();
    });
    const slow = await open(url, { autoPong: false });
    let isPaused = false;
    // A little at a time, with pauses in which more is unsent than the network buffers.
    const reading = setInterval(() => {
      if (isPaused) slow.resume();
      else slow.pause();
      isPaused = !isPaused;
    }, heartbeatMs);
    stops.push(() => clearInterval(reading));
    const startedAt = Date.now();
    await waitUntil('many heartbeats are over', () => Date.now() - startedAt > manyHeartbeats * heartbeatMs);
    expect(slow.readyState).toBe(slow.OPEN);
    expect(sent).toBeGreaterThan(1);
  });

  it('that reads nothing is terminated after a while', async () => {
    let closed = false;
    const url = await startServer((socket) => {
      keepAlive(socket, heartbeatMs);
      socket.once('close', () => {
        closed = true;
      });
      for (let count = 0; count < 50; count += 1) socket.send(large, () => {});
    });
    const stalled = await open(url);
    stalled.pause();
    await waitUntil('its socket is closed', () => closed);
    stalled.terminate();
  });
});
