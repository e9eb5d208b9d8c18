// Worker: the readers of streams. Each compares every piece with the text that it must be, and notes when it came.
import { request as ask } from 'node:http';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { beginReply, promptOf } from './replies.ts';
import { frameLength, instant, renderBody, textOf, tokenLength } from './tokens.ts';
import { serveCalls } from './worker.ts';

export type StreamTarget = {
  kind: 'WebSocket' | 'event stream' | 'bytes';
  url: string;
  /** Where replies are begun; undefined: the subscription itself asks the model. */
  beginUrl: string | undefined;
  generations: number;
  count: number;
};

/** One reader's pieces: how many tokens it had after each, and when. */
export type Receipts = { tokens: Float64Array; times: Float64Array };
type Reader = { tokens: number[]; times: number[]; done: Promise<void> };

const openedTogether = 50;
let readers: Reader[] = [];
const expected = { count: -1, text: '', body: Buffer.alloc(0) };

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

/** @returns whether this was the end */
function takePiece(reader: Reader, piece: Piece): boolean {
  const have = (reader.tokens.at(-1) ?? 0) * tokenLength;
  if ('message' in piece) {
    if (piece.message.status !== 'COMPLETE') throw new Error(`The reply ended ${piece.message.status}.`);
    if (have !== expected.text.length)
      throw new Error(`Only ${have} of ${expected.text.length} characters came.`);
    return true;
  }
  const { offset, end, text } = piece;
  if (offset !== have || text !== expected.text.slice(offset, end))
    throw new Error(`Wrong text at ${offset}.`);
  reader.times.push(instant());
  reader.tokens.push(end / tokenLength);
  return false;
}

type Opened = { reader: Reader; resolve(): void; reject(error: unknown): void };

function createReader(): Opened {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  // Told by `finish`, however early it fails.
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
      reject(new Error(`${String(error)} It came as ${String(data).slice(0, 500)}`));
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
            reject(new Error(`${String(error)} It came as ${line.slice(0, 500)}`));
          }
        })
        .once('close', () => reject(new Error('The event stream ended before the reply.')));
    });
    request.once('error', reject);
    request.end(JSON.stringify({ query: followDocument, variables: { id: replyId } }));
  });
}

function openBytes(url: string, place: number): Reader {
  const { reader, resolve, reject } = createReader();
  let have = 0;
  const request = ask(
    url,
    { method: 'POST', headers: { 'content-type': 'application/json' } },
    (response) => {
      response.on('data', (bytes: Buffer) => {
        if (!bytes.equals(expected.body.subarray(have, have + bytes.length)))
          reject(new Error(`Wrong bytes at ${have}.`));
        have += bytes.length;
        reader.times.push(instant());
        reader.tokens.push(Math.min(Math.floor(have / frameLength), expected.count));
      });
      response.once('end', () => {
        if (have === expected.body.length) resolve();
        else reject(new Error(`Only ${have} of ${expected.body.length} bytes came.`));
      });
      response.once('error', reject);
    },
  );
  request.once('error', reject);
  const messages = [{ role: 'user', content: promptOf(place) }];
  request.end(JSON.stringify({ model: 'bench', messages, stream: true }));
  return reader;
}

async function openReader({ kind, url, beginUrl }: StreamTarget, place: number): Promise<Reader> {
  if (kind === 'bytes') return openBytes(url, place);
  const replyId = beginUrl === undefined ? promptOf(place) : await beginReply(beginUrl, place);
  return kind === 'WebSocket' ? openSocket(url, replyId) : openEventStream(url, replyId);
}

const calls = {
  /** Begins the generations and follows them; resolves when every reader is in place. */
  async open(target: StreamTarget): Promise<void> {
    const { generations, count } = target;
    if (expected.count !== count) {
      const { frames, end } = renderBody(count);
      Object.assign(expected, { count, text: textOf(count), body: Buffer.concat([frames, end]) });
    }
    readers = [];
    // Not all in one instant: how they begin is not what is measured.
    for (let from = 0; from < generations; from += openedTogether) {
      const length = Math.min(openedTogether, generations - from);
      const places = Array.from({ length }, (_, index) => from + index);
      readers.push(...(await Promise.all(places.map((place) => openReader(target, place)))));
    }
  },
  /** Resolves when every reader has had its end, with the instant of the last. */
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
