// Worker: many readers of one reply over WebSockets. They count what comes, and look into it no more than they must,
// since they have the same two cores as what is measured.
import { WebSocket } from 'ws';
import { instant, tokenLength } from './tokens.ts';
import { serveCalls } from './worker.ts';

/** @param messageId the reply to follow; undefined: the server sends it unasked */
export type FanTarget = { url: string; readers: number; count: number; messageId: string | undefined };

const query = 'subscription ($id: ID!) { generation(messageId: $id) { ... on GenerationDelta { text } } }';
/** What surrounds the text of a piece, in both contenders. */
const envelope = '{"id":"1","type":"next","payload":{"data":{"generation":{"text":""}}}}'.length;

let deliveries = 0;
let finished: Promise<void>[] = [];
let open: WebSocket[] = [];

function subscribe(socket: WebSocket, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id } } }), () =>
        resolve(),
      );
    });
  });
}

/** Resolves with the end of the stream. @throws Error where it ends before the whole text has come */
function readAll(socket: WebSocket, count: number): Promise<void> {
  let characters = 0;
  const done = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      // A piece of text begins so; the end of a reply, an acknowledgement and a ping do not.
      if (data.includes('"text":')) {
        deliveries += 1;
        characters += data.length - envelope;
      } else if (data.includes('"complete"')) socket.close();
    });
    socket.once('close', () => {
      if (characters === count * tokenLength) resolve();
      else reject(new Error(`${characters} of ${count * tokenLength} characters came.`));
    });
  });
  // Told by `finish`, however early it fails.
  done.catch(() => {});
  return done;
}

const calls = {
  /** Resolves when every reader is in place. */
  async open({ url, readers, count, messageId }: FanTarget): Promise<void> {
    deliveries = 0;
    open = [];
    finished = [];
    for (let from = 0; from < readers; from += 100) {
      const sockets = Array.from(
        { length: Math.min(100, readers - from) },
        () => new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false }),
      );
      open.push(...sockets);
      finished.push(...sockets.map((socket) => readAll(socket, count)));
      await Promise.all(
        sockets.map((socket) =>
          messageId === undefined
            ? new Promise((resolve) => socket.once('open', resolve))
            : subscribe(socket, messageId),
        ),
      );
    }
  },
  /** From now on nothing is read of any socket. */
  stall(): void {
    for (const socket of open) socket.pause();
  },
  resume(): void {
    for (const socket of open) socket.resume();
  },
  /** Resolves when all have had their end, with how many pieces came and when the last did. */
  async finish(): Promise<{ deliveries: number; at: number }> {
    await Promise.all(finished);
    return { deliveries, at: instant() };
  },
};
export type FanCalls = typeof calls;

serveCalls(calls);
