// Carries hints and live text between nodes, over core NATS: the only file that knows it. Nothing here is the truth:
// what the relay loses, or what comes while it is away, is found in Postgres by looking.
import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';

export type Relay = {
  /** Whether other nodes get what is published now, as far as this node knows. */
  readonly isConnected: boolean;
  /** Tells the other nodes; never throws. Dropped while the relay is away. @param data anything that is JSON */
  publish(subject: string, data: unknown): void;
  /** Hears what other nodes tell, not this one. @returns a function that ends it */
  subscribe(subject: string, listener: (data: unknown) => void): () => void;
  stop(): Promise<void>;
};

/** One node alone. */
export const noRelay: Relay = {
  isConnected: false,
  publish() {},
  subscribe: () => () => {},
  stop: () => Promise.resolve(),
};

const reconnectMs = 250;
const retryMs = 1_000;
/** How long what is still to be sent may take at the end. */
const drainMs = 1_000;

/** A subject of this program's; its last part may be any text, which NATS would read as wildcards or levels. */
export function subjectOf(kind: string, name?: string): string {
  return name === undefined
    ? `afterword.${kind}`
    : `afterword.${kind}.${Buffer.from(name).toString('base64url')}`;
}

/** The client takes addresses without credentials: those of the first server that has some hold for all. */
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

/**
 * Connects in the background, and again whenever the connection is lost: a node starts and works without it.
 * @param url of one server or several, separated by commas: nats://user:password@host:port, or a token as user
 * @param onChange told when it comes and goes; a state is told once
 */
export function createRelay(options: {
  url: string;
  onChange: (isConnected: boolean, reason: string) => void;
}): Relay {
  const listeners = new Map<string, Set<(data: unknown) => void>>();
  const subscriptions = new Map<string, Subscription>();
  let connection: NatsConnection | undefined;
  let isConnected = false;
  let hasTold = false;
  let isStopped = false;
  let retry: NodeJS.Timeout | undefined;

  function tell(connected: boolean, reason: string): void {
    if (isStopped || (hasTold && connected === isConnected)) return;
    hasTold = true;
    isConnected = connected;
    options.onChange(connected, reason);
  }

  function listen(subject: string): void {
    if (connection === undefined || subscriptions.has(subject)) return;
    const callback = (_error: Error | null, message: { string(): string }) => {
      const data = parse(message.string());
      for (const listener of listeners.get(subject) ?? []) listener(data);
    };
    subscriptions.set(subject, connection.subscribe(subject, { callback }));
  }

  async function watch(established: NatsConnection): Promise<void> {
    for await (const status of established.status()) {
      if (status.type === 'disconnect') tell(false, 'the connection was lost');
      if (status.type === 'reconnect') tell(true, established.getServer());
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
      for (const subject of listeners.keys()) listen(subject);
      tell(true, established.getServer());
      watch(established).catch(() => {});
      const reason = await established.closed();
      // Only a refusal, such as of the password, ends it for good.
      tell(false, reason instanceof Error ? reason.message : 'the connection was closed');
    } catch (error) {
      tell(false, error instanceof Error ? error.message : String(error));
    }
    connection = undefined;
    subscriptions.clear();
    if (!isStopped) retry = setTimeout(start, retryMs);
  }

  function start(): void {
    void open();
  }

  start();
  return {
    get isConnected() {
      return isConnected;
    },
    publish(subject, data) {
      try {
        if (isConnected) connection?.publish(subject, JSON.stringify(data));
      } catch {
        // Larger than this NATS takes, or just closed: lost as on the way, and not the failure of who tells.
      }
    },
    subscribe(subject, listener) {
      const set = listeners.get(subject) ?? new Set();
      listeners.set(subject, set.add(listener));
      listen(subject);
      return () => {
        set.delete(listener);
        if (set.size > 0 || listeners.get(subject) !== set) return;
        listeners.delete(subject);
        subscriptions.get(subject)?.unsubscribe();
        subscriptions.delete(subject);
      };
    },
    async stop() {
      isStopped = true;
      clearTimeout(retry);
      // Sends what is still to be sent, such as the ends of replies; a NATS that is silent would never take it.
      const late = setTimeout(() => void connection?.close(), drainMs);
      const closed = connection?.closed();
      await Promise.race([connection?.drain(), closed]).catch(() => {});
      clearTimeout(late);
    },
  };
}
