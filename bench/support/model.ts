// Worker: an OpenAI-compatible model that holds its answers until all are asked for, then streams pre-rendered
// frames, as fast as they are taken or each at its instant. A frame is an HTTP chunk of its own, as real model
// servers send them: many in one chunk would be cheaper for whoever passes them on unread.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { frameLength, instant, renderBody } from './tokens.ts';
import { serveCalls } from './worker.ts';

/** @param intervalMs between two tokens of one generation; 0: as fast as they are taken */
type Script = { generations: number; count: number; intervalMs: number };

// More than one chunk a write: else the model would be the slowest of all.
const chunksPerWrite = 64;

let script: Script = { generations: 0, count: 0, intervalMs: 0 };
let body = renderBody(0);
/** The same frames in HTTP's chunked coding: https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
let chunks = Buffer.alloc(0);
/** Answers that wait, by the place of their generation. */
let answers = new Map<number, ServerResponse>();
/** When each token was written, by generation. */
let writtenAt: Float64Array[] = [];
let allWait = Promise.withResolvers<void>();

const frameAt = (index: number): Buffer =>
  body.frames.subarray(index * frameLength, (index + 1) * frameLength);

const chunkOf = (frame: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);

async function sendFast(response: ServerResponse): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  const step = (chunks.length / script.count) * chunksPerWrite;
  // Past node:http, which would spend more on each chunk than the servers that are measured.
  for (let from = 0; from < chunks.length; from += step) {
    if (!socket.write(chunks.subarray(from, from + step))) await once(socket, 'drain');
  }
  response.end(body.end);
}

/** One clock for all generations, which are spread evenly over the interval: users don't tick in step. */
async function sendPaced(): Promise<void> {
  const { generations, count, intervalMs } = script;
  const startedAt = performance.now() + 50;
  const sent = new Uint32Array(generations);
  for (let open = generations; open > 0; ) {
    const elapsed = performance.now() - startedAt;
    for (const [place, response] of answers) {
      const due = Math.floor((elapsed - (place * intervalMs) / generations) / intervalMs) + 1;
      for (let index = sent[place] ?? count; index < Math.min(due, count); index += 1) {
        const times = writtenAt[place];
        if (times !== undefined) times[index] = instant();
        response.write(frameAt(index));
        sent[place] = index + 1;
        if (index + 1 < count) continue;
        response.end(body.end);
        open -= 1;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const server = createServer((request, response) => {
  const hold = async (): Promise<void> => {
    // The prompt says which generation this is; the rest of the request does not matter.
    const place = Number(/generation (\d+)/.exec(await readText(request))?.[1]);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    answers.set(place, response);
    if (answers.size === script.generations) allWait.resolve();
  };
  hold().catch(() => response.destroy());
});

const calls = {
  async listen(): Promise<string> {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1`;
  },
  prepare(next: Script): void {
    if (next.count !== script.count) {
      body = renderBody(next.count);
      chunks = Buffer.concat(Array.from({ length: next.count }, (_, index) => chunkOf(frameAt(index))));
    }
    script = next;
    answers = new Map();
    allWait = Promise.withResolvers();
    writtenAt = Array.from({ length: next.generations }, () => new Float64Array(next.count));
  },
  /** Resolves when every generation has been asked for. */
  allAsked: (): Promise<void> => allWait.promise,
  /** Lets the answers go; resolves with the instant. */
  release(): number {
    const releasedAt = instant();
    if (script.intervalMs > 0) void sendPaced();
    else for (const response of answers.values()) void sendFast(response);
    return releasedAt;
  },
  writtenAt: (): Float64Array[] => writtenAt,
};
export type ModelCalls = typeof calls;

serveCalls(calls);
