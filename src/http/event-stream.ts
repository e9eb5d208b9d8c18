// Server-sent events for a browser's EventSource: each result with the id to resume from, heartbeats while there is
// nothing to send, and an end after which the browser does not reconnect.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { resumeId } from '../delivery/shared-responses.ts';
import type { CarrierContext } from './connections/admit-subscription.ts';
import type { ToJson } from './response-json.ts';

/** Some proxies close a connection that was silent for 15 seconds. */
const heartbeatMs = 12_000;
/** How long browsers wait before they reconnect: random within the spread, so that they do not all return at once. */
const retryMs = { min: 500, spread: 2_000 };
/** The id of the last event of a stream that is complete. */
const endId = 'complete';

type Result = ExecutionResult & { [resumeId]?: string };

/** Whether a stream that ends after this result is complete. After a failure of the server, reconnecting may help. */
function completesStream({ errors = [] }: Result): boolean {
  const codes = errors.map(({ extensions }) => extensions.code);
  return codes.every((code) => code !== undefined && code !== 'UPSTREAM_FAILED');
}

function render(result: Result, toJson: ToJson): Uint8Array {
  const id = result[resumeId];
  const head = `event: next\n${id === undefined ? '' : `id: ${id}\n`}data: `;
  const event = `${head}${toJson(result)}\n\n`;
  // Memory of its own: a slice of Node's pool would keep the whole pool alive while it waits for a slow reader.
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(event));
  bytes.write(event);
  return bytes;
}

async function* singleResult(result: Result): AsyncGenerator<Result> {
  yield result;
}

/** How far a response has been sent. */
export type FlushState = {
  /** Whether the network has taken everything that was written. */
  readonly isFlushed: boolean;
  /** Resolves when the network has taken everything, or when the connection is closed. */
  flushed(): Promise<void>;
};

/** Waits for the network itself: Node's streams would buffer 64 KiB each before they hold a source back. */
export function flushStateOf(response: ServerResponse): FlushState {
  return {
    get isFlushed() {
      return response.writableLength === 0;
    },
    flushed() {
      const { socket } = response;
      if (socket === null || socket.destroyed || response.writableLength === 0) return Promise.resolve();
      // An empty write: its callback fires once everything before it has been sent.
      return new Promise((resolve) => socket.write('', () => resolve()));
    },
  };
}

/** The bytes of an event stream. Each result is pulled only once the network has taken the one before. */
export function createEventStream(
  source: AsyncIterable<Result>,
  options: { heartbeatMs: number; retryMs: number; flushState: FlushState; toJson: ToJson },
): ReadableStream<Uint8Array> {
  const { flushState, toJson } = options;
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  let isComplete = true;
  let timer: NodeJS.Timeout | undefined;
  let isWaiting = false;

  async function next(): Promise<IteratorResult<Result>> {
    await flushState.flushed();
    isWaiting = true;
    try {
      return await iterator.next();
    } finally {
      isWaiting = false;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // A browser sees the headers only with the first bytes of the body.
        controller.enqueue(encoder.encode(`retry: ${options.retryMs}\n:\n\n`));
        timer = setInterval(() => {
          if (isWaiting && flushState.isFlushed) controller.enqueue(encoder.encode(':\n\n'));
        }, options.heartbeatMs);
      },
      async pull(controller) {
        const { value, done } = await next();
        if (done !== true) {
          isComplete = completesStream(value);
          controller.enqueue(render(value, toJson));
          return;
        }
        clearInterval(timer);
        const id = isComplete ? `id: ${endId}\n` : '';
        controller.enqueue(encoder.encode(`event: complete\n${id}data:\n\n`));
        controller.close();
      },
      async cancel() {
        clearInterval(timer);
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The HTTP status of the first error, such as 401. */
function statusOf(result: Result): number {
  const http = result.errors?.[0]?.extensions.http;
  return typeof http === 'object' && http !== null && 'status' in http ? Number(http.status) : 200;
}

export function useEventStream(toJson: ToJson): Plugin<object, CarrierContext> {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      // Status 204 stops an EventSource that reconnects after the end: it would do so forever.
      if (request.headers.get('last-event-id') === endId)
        endResponse(new fetchAPI.Response(null, { status: 204 }));
    },
    onResultProcess({ request, result, serverContext, setResultProcessor }) {
      if (Array.isArray(result)) return;
      const isRequested = request.headers.get('accept') === 'text/event-stream';
      if (!isAsyncIterable(result) && !isRequested) return;
      const source: AsyncIterable<Result> = isAsyncIterable(result) ? result : singleResult(result);
      const status = isAsyncIterable(result) ? 200 : statusOf(result);
      const { res } = serverContext;
      if (res === undefined) throw new Error('An event stream without an HTTP response.');
      const options = {
        heartbeatMs,
        retryMs: Math.round(retryMs.min + Math.random() * retryMs.spread),
        flushState: flushStateOf(res),
        toJson,
      };
      setResultProcessor((_result, fetchAPI) => {
        const headers = { 'Content-Type': 'text/event-stream' };
        return new fetchAPI.Response(createEventStream(source, options), { status, headers });
      }, 'text/event-stream');
    },
  };
}
