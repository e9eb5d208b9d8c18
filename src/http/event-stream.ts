// Server-sent events as a browser's own EventSource takes them (https://html.spec.whatwg.org/multipage/server-sent-events.html):
// each result under the id that continues after it, comments while nothing comes, and an end that is one.
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { resumeId } from '../delivery/shared-responses.ts';
import type { CarrierContext } from './connections/admit-subscription.ts';
import type { ToJson } from './response-json.ts';

/** Proxies close connections that are silent for longer; some do so after 15 seconds. */
const heartbeatMs = 12_000;
/** How long browsers wait before they connect again: not all at the same instant. */
const retryMs = { min: 500, spread: 2_000 };
/** The id of a stream that has come to its end. */
const endId = 'complete';

type Result = ExecutionResult & { [resumeId]?: string };

/** Whether asking again might help: then the stream did not come to its end. */
function isLast({ errors = [] }: Result): boolean {
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

async function* once(result: Result): AsyncGenerator<Result> {
  yield result;
}

/** Where a stream goes. */
export type FlushState = {
  /** Whether all that was given has been handed to the network. */
  readonly isFlushed: boolean;
  /** Resolves when it has, or never will be. */
  flushed(): Promise<void>;
};

/** What lies before the network: Node's own streams would take 64 KiB each before they hold a source back. */
export function flushStateOf(response: ServerResponse): FlushState {
  return {
    get isFlushed() {
      return response.writableLength === 0;
    },
    flushed() {
      const { socket } = response;
      if (socket === null || socket.destroyed || response.writableLength === 0) return Promise.resolve();
      // Nothing, behind all that waits.
      return new Promise((resolve) => socket.write('', () => resolve()));
    },
  };
}

/** The text of a stream. The next result is asked for once its reader has taken the last: none waits here. */
export function createEventStream(
  source: AsyncIterable<Result>,
  options: { heartbeatMs: number; retryMs: number; flushState: FlushState; toJson: ToJson },
): ReadableStream<Uint8Array> {
  const { flushState, toJson } = options;
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  let endsHere = true;
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
        // Something at once, or a browser waits for the headers.
        controller.enqueue(encoder.encode(`retry: ${options.retryMs}\n:\n\n`));
        timer = setInterval(() => {
          if (isWaiting && flushState.isFlushed) controller.enqueue(encoder.encode(':\n\n'));
        }, options.heartbeatMs);
      },
      async pull(controller) {
        const { value, done } = await next();
        if (done !== true) {
          endsHere = isLast(value);
          controller.enqueue(render(value, toJson));
          return;
        }
        clearInterval(timer);
        const id = endsHere ? `id: ${endId}\n` : '';
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

/** The status that an error asks for, such as 401. */
function statusOf(result: Result): number {
  const http = result.errors?.[0]?.extensions.http;
  return typeof http === 'object' && http !== null && 'status' in http ? Number(http.status) : 200;
}

export function useEventStream(toJson: ToJson): Plugin<object, CarrierContext> {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      // What answers an EventSource that connects again after the end, so that it doesn't do it for ever.
      if (request.headers.get('last-event-id') === endId)
        endResponse(new fetchAPI.Response(null, { status: 204 }));
    },
    onResultProcess({ request, result, serverContext, setResultProcessor }) {
      if (Array.isArray(result)) return;
      const isAsked = request.headers.get('accept') === 'text/event-stream';
      if (!isAsyncIterable(result) && !isAsked) return;
      const source: AsyncIterable<Result> = isAsyncIterable(result) ? result : once(result);
      const status = isAsyncIterable(result) ? 200 : statusOf(result);
      const { res } = serverContext;
      if (res === undefined) throw new Error('A stream that goes nowhere.');
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
