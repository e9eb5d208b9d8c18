// A model endpoint that plays scripts: an OpenAI-compatible server on a free port of 127.0.0.1 that answers
// each request byte for byte as its test says, and knows when its client went away.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { frame, reply, type Script, type Step } from './script.ts';

/** The body of a chat request, as far as scripts choose by it. */
export type ChatBody = {
  model?: string;
  messages?: { role: string; content: string }[];
  stream?: boolean;
  [key: string]: unknown;
};

export type RecordedRequest = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The parsed JSON; empty where there is none. */
  body: ChatBody;
  /** Resolves when the exchange is over, with who ended it: the script (its end or a cut) or the client. */
  closed: Promise<'script' | 'client'>;
};

export type ScriptOf = Script | ((request: RecordedRequest) => Script);

export type ScriptedModel = {
  /** Base URL, with /v1. */
  url: string;
  requests: readonly RecordedRequest[];
  /** Plays the script once, to the next request that no earlier script of the queue takes. */
  enqueue(...scripts: ScriptOf[]): void;
  /** Plays the script to every request that finds the queue empty. */
  setDefault(script: ScriptOf): void;
  /** The n-th request, counted from 1, as soon as it has arrived; fails after five seconds. */
  waitForRequest(n: number): Promise<RecordedRequest>;
  /** Sockets that are open, idle ones of the client's pool included. */
  openConnections(): number;
  /** Answers that are being played. */
  runningAnswers(): number;
  stop(): Promise<void>;
};

async function write(
  response: ServerResponse,
  bytes: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (!response.write(bytes)) await once(response, 'drain', { signal });
}

async function writeEndless(
  response: ServerResponse,
  { text, count, intervalMs }: Extract<Step, { kind: 'endless' }>,
  signal: AbortSignal,
): Promise<void> {
  const token = Buffer.from(`data: ${JSON.stringify(frame({ delta: { content: text } }))}\n\n`);
  if (intervalMs === 0) {
    // One write for each token would measure this server and not its client.
    const many = Buffer.concat(Array.from({ length: 64 }, () => token));
    for (let sent = 0; sent < count; sent += 64) {
      await write(response, many.subarray(0, Math.min(64, count - sent) * token.length), signal);
      await setImmediate();
    }
    return;
  }
  const startedAt = performance.now();
  for (let sent = 0; sent < count; sent += 1) {
    const waitMs = startedAt + sent * intervalMs - performance.now();
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal });
    await write(response, token, signal);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function play(script: Script, response: ServerResponse, signal: AbortSignal): Promise<void> {
  for (const step of script) {
    if (step.kind === 'head') {
      response.writeHead(step.status, step.headers);
      response.flushHeaders();
      continue;
    }
    // A wait or a hang at the start holds back the headers too, as a busy server does.
    if (step.kind === 'wait') {
      await Promise.race([typeof step.until === 'function' ? step.until() : step.until, aborted(signal)]);
    } else if (step.kind === 'hang') await aborted(signal);
    else if (step.kind === 'cut') {
      response.destroy();
      return;
    } else {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (step.kind === 'endless') await writeEndless(response, step, signal);
      else await write(response, step.bytes, signal);
      // Lets the chunk leave in a packet of its own.
      await setImmediate();
    }
  }
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end();
}

function parsed(body: string): ChatBody {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}

/** Starts a server; whoever starts it stops it. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const requests: RecordedRequest[] = [];
  const queue: ScriptOf[] = [];
  const sockets = new Set<Socket>();
  const arrivals: { n: number; arrived: (request: RecordedRequest) => void }[] = [];
  let defaultScript: ScriptOf = reply('Hello', ' from', ' the', ' script.');
  let running = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const closing = new AbortController();
    const { promise: closed, resolve } = Promise.withResolvers<'script' | 'client'>();
    const end: { by: 'script' | 'client' } = { by: 'client' };
    running += 1;
    response.once('close', () => {
      running -= 1;
      resolve(response.writableFinished ? 'script' : end.by);
      closing.abort();
    });
    const { method = '', url: path = '', headers } = request;
    const recorded: RecordedRequest = {
      method,
      path,
      headers,
      body: parsed(await readText(request)),
      closed,
    };
    requests.push(recorded);
    for (const arrival of arrivals) if (arrival.n === requests.length) arrival.arrived(recorded);
    const script = queue.shift() ?? defaultScript;
    await play(typeof script === 'function' ? script(recorded) : script, response, closing.signal);
    end.by = 'script';
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Whatever happens after the client has gone is no failure; anything else is one of the script itself.
      if (!response.destroyed) response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    enqueue: (...scripts) => void queue.push(...scripts),
    setDefault(script) {
      defaultScript = script;
    },
    async waitForRequest(n) {
      const known = requests[n - 1];
      if (known) return known;
      const { promise, resolve } = Promise.withResolvers<RecordedRequest>();
      arrivals.push({ n, arrived: resolve });
      const timeout = new AbortController();
      try {
        const late = setTimeout(5_000, undefined, { signal: timeout.signal }).then(() => {
          throw new Error(`request ${n} did not arrive in 5 s; ${requests.length} came before it`);
        });
        return await Promise.race([promise, late]);
      } finally {
        timeout.abort();
      }
    },
    openConnections: () => sockets.size,
    runningAnswers: () => running,
    async stop() {
      const closed = once(server.close(), 'close');
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
