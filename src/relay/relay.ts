// Carries hints and live text between nodes, over core NATS: the only file that knows NATS. Nothing depends on it for
// correctness: what is lost, or comes while NATS is unavailable, is found by polling Postgres.
import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';

type Listener = (data: unknown) => void;

export type Relay = {
  /** Whether other nodes get what is published now, as far as this node knows. */
  readonly isConnected: boolean;
  /** Sends to the other nodes; never throws. Dropped while NATS is unavailable. @param data any JSON value */
  publish(subject: string, data: unknown): void;
  /** Receives what other nodes publish, not what this one does. @returns an unsubscribe function */
  subscribe(subject: string, listener: Listener): () => void;
  stop(): Promise<void>;
};

/** The relay of a node that runs alone. */
export const noRelay: Relay = {
  isConnected: false,
  publish() {},
  subscribe: () => () => {},
  stop: () => Promise.resolve(),
};

const reconnectMs = 250;
const retryMs = 1_000;
/** How long sending what is queued may take at the end. */
const drainMs = 1_000;

/** A subject of this program. Its last part may be any text, which NATS would read as wildcards or levels. */
export function subjectOf(kind: string, name?: string): string {
  return name === undefined
    ? `afterword.${kind}`
    : `afterword.${kind}.${Buffer.from(name).toString('base64url')}`;
}

/** The client takes addresses without credentials: those of the first server that has some are used for all. */
function serversOf(urls: string): { servers: string[]; user?: string; pass?: string; token?: string } {
  const parsed = urls.split(',').map((url) => new URL(url));
  const servers = parsed.map(({ protocol, host }) => `${protocol}//${host}`);
  const { username = '', password = '' } = parsed.find((url) => url.username !== '') ?? {};
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  if (user === '') return { servers };
  return pass === '' ? { servers, token: user } : { servers, user, pass };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // A stranger's message on our subject.
    return undefined;
  }
}

/** Who listens to which subject. It outlives a connection, and subscribes again on the next one. */
function createSubjects() {
  const listeners = new Map<string, Set<Listener>>();
  const subscriptions = new Map<string, Subscription>();
  let connection: NatsConnection | undefined;

  function subscribe(subject: string): void {
    if (connection === undefined || subscriptions.has(subject)) return;
    const callback = (_error: Error | null, message: { string(): string }) => {
      const data = parse(message.string());
      for (const listener of listeners.get(subject) ?? []) listener(data);
    };
    subscriptions.set(subject, connection.subscribe(subject, { callback }));
  }

  return {
    attach(established: NatsConnection): void {
      connection = established;
      for (const subject of listeners.keys()) subscribe(subject);
    },
    detach(): void {
      connection = undefined;
      subscriptions.clear();
    },
    add(subject: string, listener: Listener): () => void {
      const ofSubject = listeners.get(subject) ?? new Set();
      listeners.set(subject, ofSubject.add(listener));
      subscribe(subject);
      return () => {
        ofSubject.delete(listener);
        if (ofSubject.size > 0 || listeners.get(subject) !== ofSubject) return;
        listeners.delete(subject);
        subscriptions.get(subject)?.unsubscribe();
        subscriptions.delete(subject);
      };
    },
  };
}

/**
 * Connects in the background, and again whenever the connection is lost: a node starts and works without it.
 * @param options.url of one server or several, separated by commas: nats://user:password@host:port, or a token as user
 * @param options.onChange called when the connection is established or lost; once for each state
 */
export function createRelay(options: {
  url: string;
  onChange: (isConnected: boolean, reason: string) => void;
}): Relay {
  const subjects = createSubjects();
  let connection: NatsConnection | undefined;
  let state: 'connecting' | 'connected' | 'disconnected' = 'connecting';
  let isStopped = false;
  let retry: NodeJS.Timeout | undefined;

  function report(next: 'connected' | 'disconnected', reason: string): void {
    if (isStopped || next === state) return;
    state = next;
    options.onChange(next === 'connected', reason);
  }

  async function watch(established: NatsConnection): Promise<void> {
    for await (const status of established.status()) {
      if (status.type === 'disconnect') report('disconnected', 'the connection was lost');
      if (status.type === 'reconnect') report('connected', established.getServer());
    }
  }

  async function open(): Promise<void> {
    try {
      const established = await connect({
        ...serversOf(options.url),
        name: 'afterword',
        noEcho: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: reconnectMs,
        pingInterval: 5_000,
        maxPingOut: 2,
      });
      if (isStopped) return await established.close();
      connection = established;
      subjects.attach(established);
      report('connected', established.getServer());
      watch(established).catch(() => {});
      const reason = await established.closed();
      // Only a refusal, such as of the password, ends a connection for good.
      report('disconnected', reason instanceof Error ? reason.message : 'the connection was closed');
    } catch (error) {
      report('disconnected', error instanceof Error ? error.message : String(error));
    }
    connection = undefined;
    subjects.detach();
    if (!isStopped) retry = setTimeout(start, retryMs);
  }

  function start(): void {
    void open();
  }

  start();
  return {
    get isConnected() {
      return state === 'connected';
    },
    publish(subject, data) {
      try {
        if (state === 'connected') connection?.publish(subject, JSON.stringify(data));
      } catch {
        // Larger than this NATS accepts, or just closed: lost like a message on the way, and no failure of the caller.
      }
    },
    subscribe: subjects.add,
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      // Sends what is queued, such as the ends of replies; a NATS that has gone silent would never take it.
      const giveUp = setTimeout(() => void connection?.close(), drainMs);
      const closed = connection?.closed();
      await Promise.race([connection?.drain(), closed]).catch(() => {});
      clearTimeout(giveUp);
    },
  };
}
