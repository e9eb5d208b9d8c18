// The only WebSocket of the page, opened with the first subscription. A lost connection is retried until it is back, and
// each subscription resumes at its cursor.
import { type Client, createClient } from 'graphql-ws';
import type { TypedDocumentString } from './operations.ts';
import { authorization, onTokenChange } from './token.ts';

export type ConnectionStatus = 'idle' | 'connected' | 'reconnecting';

const pingMs = 10_000;
const pongTimeoutMs = 5_000;
const maxRetryWaitMs = 4_000;

let status: ConnectionStatus = 'idle';
const listeners = new Set<() => void>();
let retryNow = () => {};

function setStatus(next: ConnectionStatus): void {
  if (status === next) return;
  status = next;
  for (const listener of listeners) listener();
}

export const readStatus = (): ConnectionStatus => status;

export function onStatusChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Exponential backoff with jitter, so that pages don't all reconnect at once. Cut short when the network is back. */
function waitToRetry(retries: number): Promise<void> {
  const waitMs = Math.min(250 * 2 ** retries, maxRetryWaitMs) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    retryNow = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function createConnection(): Client {
  let pongTimer: ReturnType<typeof setTimeout> | undefined;
  let activeSocket: unknown;
  return createClient({
    url: () => `${location.origin.replace('http', 'ws')}/graphql`,
    connectionParams: authorization,
    lazyCloseTimeout: 3_000,
    keepAlive: pingMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: waitToRetry,
    on: {
      opened: (socket) => {
        activeSocket = socket;
      },
      connected: () => setStatus('connected'),
      // A network that drops every packet closes no socket: a ping without a pong means that the connection is lost.
      ping: (received) => {
        if (received) return;
        pongTimer = setTimeout(() => {
          if (activeSocket instanceof WebSocket && activeSocket.readyState === WebSocket.OPEN)
            client.terminate();
        }, pongTimeoutMs);
      },
      pong: () => clearTimeout(pongTimer),
      closed: (event) => {
        clearTimeout(pongTimer);
        setStatus(event instanceof CloseEvent && event.code === 1000 ? 'idle' : 'reconnecting');
      },
    },
  });
}

const client: Client = createConnection();

onTokenChange(() => client.terminate());
addEventListener('offline', () => {
  if (status === 'connected') client.terminate();
});
addEventListener('online', () => retryNow());

type Sink<Result> = { next(result: Result): void; error(error: unknown): void; complete?(): void };

/**
 * @param variables read again at each reconnect: write the newest cursor into them to resume there
 * @returns an unsubscribe function
 */
export function subscribe<Result, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  sink: Sink<Result>,
): () => void {
  return client.subscribe<Result>(
    { query: document.toString(), variables },
    {
      next({ data, errors }) {
        if (errors !== undefined) sink.error(new Error(errors.map(({ message }) => message).join(' ')));
        else if (data != null) sink.next(data);
      },
      error(error) {
        const failures: unknown[] = Array.isArray(error) ? error : [error];
        const messages = failures.map((failure) => (failure instanceof Error ? failure.message : undefined));
        sink.error(new Error(messages.find(Boolean) ?? 'The server ended the subscription.'));
      },
      complete: () => sink.complete?.(),
    },
  );
}
