// Worker: many readers of one reply over WebSockets. They count what arrives and parse as little of it as they can:
// they run on the same cores as the server that is measured.
import { WebSocket } from 'ws';
import { instant, tokenLength } from './tokens.ts';
import { serveCalls } from './worker.ts';

export type FanTarget = {
  url: string;
  readers: number;
  tokens: number;
  /** Reply to follow; undefined: the server sends it without a subscription. */
  messageId: string | undefined;
};

const query = 'subscription ($id: ID!) { generation(messageId: $id) { ... on GenerationDelta { text } } }';
/** Length of what surrounds the text in a frame, the same for both contenders. */
const envelopeLength = '{"id":"1","type":"next","payload":{"data":{"generation":{"text":""}}}}'.length;

const openedTogether = 100;
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

/** Resolves at the end of the stream; rejects if it ends before the whole text arrived. */
function readAll(socket: WebSocket, tokens: number): Promise<void> {
  let characters = 0;
  const done = new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      // Only frames with text hold this key, not the end of a reply, an acknowledgement or a ping.
      if (data.includes('"text":')) {
        deliveries += 1;
        characters += data.length - envelopeLength;
      } else if (data.includes('"complete"')) socket.close();
    });
    socket.once('close', () => {
      if (characters === tokens * tokenLength) resolve();
      else reject(new Error(`${characters} of ${tokens * tokenLength} characters arrived.`));
    });
  });
  // `finish` reports the failure, however early it happens.
  done.catch(() => {});
  return done;
}

const calls = {
  /** Resolves when every reader has subscribed. */
  async open({ url, readers, tokens, messageId }: FanTarget): Promise<void> {
    deliveries = 0;
    open = [];
    finished = [];
    for (let opened = 0; opened < readers; opened += openedTogether) {
      const sockets = Array.from(
        { length: Math.min(openedTogether, readers - opened) },
        () => new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', { perMessageDeflate: false }),
      );
      open.push(...sockets);
      finished.push(...sockets.map((socket) => readAll(socket, tokens)));
      await Promise.all(
        sockets.map((socket) =>
          messageId === undefined
            ? new Promise((resolve) => socket.once('open', resolve))
            : subscribe(socket, messageId),
        ),
      );
    }
  },
  /** Stops reading from all sockets. */
  stall(): void {
    for (const socket of open) socket.pause();
  },
  resume(): void {
    for (const socket of open) socket.resume();
  },
  /** Resolves when every stream has ended, with the number of frames with text and the time of the last end. */
  async finish(): Promise<{ deliveries: number; finishedAt: number }> {
    await Promise.all(finished);
    return { deliveries, finishedAt: instant() };
  },
};
export type FanCalls = typeof calls;

serveCalls(calls);
