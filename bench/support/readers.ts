// Worker: the readers of streams. Each compares every piece with the text that it must be, and notes when it came.
import { request as ask } from 'node:http';
import { WebSocket } from 'ws';
import { beginReply, promptOf } from './replies.ts';
import { frameLength, instant, renderBody, textOf, tokenLength } from './tokens.ts';
import { serveCalls } from './worker.ts';

export type StreamTarget = {
  kind: 'afterword' | 'proxy';
  url: string;
  generations: number;
  count: number;
};

/** One reader's pieces: how many tokens it had after each, and when. */
export type Receipts = { tokens: Float64Array; times: Float64Array };
type Reader = { tokens: number[]; times: number[]; done: Promise<void> };

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

async function openSubscription(url: string, place: number): Promise<Reader> {
  const replyId = await beginReply(url, place);
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const reader: Reader = { tokens: [], times: [], done };
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
  await Promise.race([opened, done]);
  return reader;
}

function openProxied(url: string, place: number): Reader {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const reader: Reader = { tokens: [], times: [], done };
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

const calls = {
  /** Begins the generations and follows them; resolves when every reader is in place. */
  async open({ kind, url, generations, count }: StreamTarget): Promise<void> {
    if (expected.count !== count) {
      const { frames, end } = renderBody(count);
      Object.assign(expected, { count, text: textOf(count), body: Buffer.concat([frames, end]) });
    }
    const places = Array.from({ length: generations }, (_, place) => place);
    readers = await Promise.all(
      places.map((place) => (kind === 'afterword' ? openSubscription(url, place) : openProxied(url, place))),
    );
    for (const { done } of readers) done.catch(() => {});
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
