// Worker: the readers of `stream`. Each compares every piece with the expected text and records when it arrived.
import { request as ask } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { promptOf, startReply } from './replies.ts';
import { frameLength, instant, renderBody, textOf, tokenLength } from './tokens.ts';
import { serveCalls } from './worker.ts';

export type StreamTarget = {
  kind: 'WebSocket' | 'event stream' | 'bytes';
  url: string;
  /** Server that starts the replies; undefined: the subscription itself calls the model. */
  startUrl: string | undefined;
  generations: number;
  /** Of each generation. */
  tokens: number;
};

/** The pieces of one reader: the total of tokens after each, and its time. */
export type Receipts = { tokens: Float64Array; times: Float64Array };
type Reader = { tokens: number[]; times: number[]; done: Promise<void> };

const openedTogether = 50;
let readers: Reader[] = [];
const expected = { tokens: -1, text: '', body: Buffer.alloc(0) };

const followDocument = `subscription ($id: ID!) {
  generation(messageId: $id, after: 0) {
    ... on GenerationDelta { offset end text }
    ... on GenerationEnd { message { status } }
  }
}`;

type Piece = { offset: number; end: number; text: string } | { message: { status: string } };
type Frame =
  | { type: 'connection_ack' | 'ping' | 'complete' }
  | { type: 'next'; payload: { data: { generation: Piece } } };

/** @returns whether this was the end of the reply */
function takePiece(reader: Reader, piece: Piece): boolean {
  const received = (reader.tokens.at(-1) ?? 0) * tokenLength;
  if ('message' in piece) {
    if (piece.message.status !== 'COMPLETE') throw new Error(`The reply ended as ${piece.message.status}.`);
    if (received !== expected.text.length)
      throw new Error(`Only ${received} of ${expected.text.length} characters arrived.`);
    return true;
  }
  const { offset, end, text } = piece;
  if (offset !== received || text !== expected.text.slice(offset, end))
    throw new Error(`Wrong text at ${offset}.`);
  reader.times.push(instant());
  reader.tokens.push(end / tokenLength);
  return false;
}

type PendingReader = { reader: Reader; resolve(): void; reject(error: unknown): void };

function createReader(): PendingReader {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  // `finish` reports the failure, however early it happens.
  done.catch(() => {});
  return { reader: { tokens: [], times: [], done }, resolve, reject };
}

async function openSocket(url: string, replyId: string): Promise<Reader> {
  const { reader, resolve, reject } = createReader();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('The socket closed before the end.')));
  socket.on('message', (data) => {
    const frame: Frame = JSON.parse(String(data));
    try {
      if (frame.type === 'connection_ack') {
        const payload = { query: followDocument, variables: { id: replyId } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }), () => open());
      } else if (frame.type === 'ping') socket.send('{"type":"pong"}');
      else if (frame.type === 'next' && takePiece(reader, frame.payload.data.generation)) resolve();
      else if (frame.type === 'complete') socket.close();
    } catch (error) {
      reject(new Error(`${String(error)} The frame was ${String(data).slice(0, 500)}`));
    }
  });
  await Promise.race([opened, reader.done]);
  return reader;
}

function openEventStream(url: string, replyId: string): Promise<Reader> {
  const { reader, resolve, reject } = createReader();
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  return new Promise((opened) => {
    const request = ask(url, { method: 'POST', headers }, (response) => {
      opened(reader);
      createInterface({ input: response })
        .on('line', (line) => {
          if (!line.startsWith('data: ')) return;
          try {
            if (takePiece(reader, JSON.parse(line.slice(6)).data.generation)) resolve();
          } catch (error) {
            reject(new Error(`${String(error)} The line was ${line.slice(0, 500)}`));
          }
        })
        .once('close', () => reject(new Error('The event stream ended before the reply.')));
    });
    request.once('error', reject);
    request.end(JSON.stringify({ query: followDocument, variables: { id: replyId } }));
  });
}

function openBytes(url: string, generation: number): Reader {
  const { reader, resolve, reject } = createReader();
  let received = 0;
  const request = ask(
    url,
    { method: 'POST', headers: { 'content-type': 'application/json' } },
    (response) => {
      response.on('data', (bytes: Buffer) => {
        if (!bytes.equals(expected.body.subarray(received, received + bytes.length)))
          reject(new Error(`Wrong bytes at ${received}.`));
        received += bytes.length;
        reader.times.push(instant());
        reader.tokens.push(Math.min(Math.floor(received / frameLength), expected.tokens));
      });
      response.once('end', () => {
        if (received === expected.body.length) resolve();
        else reject(new Error(`Only ${received} of ${expected.body.length} bytes arrived.`));
      });
      response.once('error', reject);
    },
  );
  request.once('error', reject);
  const messages = [{ role: 'user', content: promptOf(generation) }];
  request.end(JSON.stringify({ model: 'bench', messages, stream: true }));
  return reader;
}

async function openReader({ kind, url, startUrl }: StreamTarget, generation: number): Promise<Reader> {
  if (kind === 'bytes') return openBytes(url, generation);
  const replyId = startUrl === undefined ? promptOf(generation) : await startReply(startUrl, generation);
  return kind === 'WebSocket' ? openSocket(url, replyId) : openEventStream(url, replyId);
}

const calls = {
  /** Starts the generations and follows them; resolves when every reader has subscribed. */
  async open(target: StreamTarget): Promise<void> {
    const { generations, tokens } = target;
    if (expected.tokens !== tokens) {
      const { frames, end } = renderBody(tokens);
      Object.assign(expected, { tokens, text: textOf(tokens), body: Buffer.concat([frames, end]) });
    }
    readers = [];
    // Not all at once: the start is not what is measured.
    for (let first = 0; first < generations; first += openedTogether) {
      const length = Math.min(openedTogether, generations - first);
      const opening = Array.from({ length }, (_, index) => openReader(target, first + index));
      readers.push(...(await Promise.all(opening)));
    }
  },
  /** Resolves when every reader has its whole reply, with the time of the last end. */
  async finish(): Promise<number> {
    await Promise.all(readers.map(({ done }) => done));
    return instant();
  },
  receipts: (): Receipts[] =>
    readers.map(({ tokens, times }) => ({
      tokens: Float64Array.from(tokens),
      times: Float64Array.from(times),
    })),
};
export type ReaderCalls = typeof calls;

serveCalls(calls);
