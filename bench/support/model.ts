// Worker: an OpenAI-compatible model that holds its responses until all are requested, then streams prepared frames,
// either as fast as they are read or each at its scheduled time. Every frame is its own HTTP chunk, as real model servers
// send them: many in one chunk would make it cheaper to pass them on unparsed.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { frameLength, instant, renderBody } from './tokens.ts';
import { serveCalls } from './worker.ts';

type Script = {
  generations: number;
  /** Of each generation. */
  tokens: number;
  /** Between two tokens of one generation; 0: as fast as they are read. */
  intervalMs: number;
};

// Several chunks per write, or the model would be the bottleneck.
const chunksPerWrite = 64;

let script: Script = { generations: 0, tokens: 0, intervalMs: 0 };
let body = renderBody(0);
/** The same frames in HTTP's chunked transfer coding: https://www.rfc-editor.org/rfc/rfc9112#section-7.1 */
let chunks = Buffer.alloc(0);
/** Responses on hold, by the number of their generation. */
let responses = new Map<number, ServerResponse>();
/** When each token was written, by generation. */
let writtenAt: Float64Array[] = [];
let allHeld = Promise.withResolvers<void>();

const frameAt = (index: number): Buffer =>
  body.frames.subarray(index * frameLength, (index + 1) * frameLength);

const chunkOf = (frame: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${frame.length.toString(16)}\r\n`), frame, Buffer.from('\r\n')]);

async function sendFast(response: ServerResponse): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  const step = (chunks.length / script.tokens) * chunksPerWrite;
  // Bypasses node:http, which would spend more on each chunk than the servers that are measured.
  for (let from = 0; from < chunks.length; from += step) {
    if (!socket.write(chunks.subarray(from, from + step))) await once(socket, 'drain');
  }
  response.end(body.end);
}

/** One clock for all generations, which are spread evenly over the interval: real users are not in step either. */
async function sendPaced(): Promise<void> {
  const { generations, tokens, intervalMs } = script;
  const startedAt = performance.now() + 50;
  const sent = new Uint32Array(generations);
  for (let open = generations; open > 0; ) {
    const elapsed = performance.now() - startedAt;
    for (const [generation, response] of responses) {
      const scheduled = Math.floor((elapsed - (generation * intervalMs) / generations) / intervalMs) + 1;
      for (let index = sent[generation] ?? tokens; index < Math.min(scheduled, tokens); index += 1) {
        const times = writtenAt[generation];
        if (times !== undefined) times[index] = instant();
        response.write(frameAt(index));
        sent[generation] = index + 1;
        if (index + 1 < tokens) continue;
        response.end(body.end);
        open -= 1;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const server = createServer((request, response) => {
  const hold = async (): Promise<void> => {
    // The prompt names the generation; the rest of the request does not matter.
    const generation = Number(/generation (\d+)/.exec(await readText(request))?.[1]);
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    responses.set(generation, response);
    if (responses.size === script.generations) allHeld.resolve();
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
    if (next.tokens !== script.tokens) {
      body = renderBody(next.tokens);
      chunks = Buffer.concat(Array.from({ length: next.tokens }, (_, index) => chunkOf(frameAt(index))));
    }
    script = next;
    responses = new Map();
    allHeld = Promise.withResolvers();
    writtenAt = Array.from({ length: next.generations }, () => new Float64Array(next.tokens));
  },
  /** Resolves when every generation has been requested. */
  allRequested: (): Promise<void> => allHeld.promise,
  /** Starts to stream all responses; resolves with the time of that. */
  release(): number {
    const releasedAt = instant();
    if (script.intervalMs > 0) void sendPaced();
    else for (const response of responses.values()) void sendFast(response);
    return releasedAt;
  },
  writtenAt: (): Float64Array[] => writtenAt,
};
export type ModelCalls = typeof calls;

serveCalls(calls);
