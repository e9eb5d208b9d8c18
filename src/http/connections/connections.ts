// The open connections: WebSockets, event streams and exports. One rule counts and refuses them on every carrier, before
// any work starts, and closes them when the server stops.
import { AppError } from '../../errors.ts';
import { closeGradually, type Drainable } from './graceful-close.ts';

export type ConnectionLimits = { subscriptionsPerConnection: number; connectionsPerUser: number };

/** Every release function may be called more than once. */
export type Connection = {
  /** Counts the connection as one of the user's. @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops */
  admit(username: string): void;
  /**
   * Counts a subscription.
   * @param endsWithNode whether it follows work of this node that ends by itself: a server that stops waits for that end
   * @returns a release function
   * @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops
   */
  subscribe(endsWithNode: boolean): () => void;
  /** Keeps the connection open for a pending response while the server stops. @returns a release function */
  hold(): () => void;
  /** To be called when the connection is closed. */
  remove(): void;
};

export type Connections = {
  readonly isDraining: boolean;
  /** @throws AppError UPSTREAM_FAILED while the server stops */
  refuseWhileDraining(): void;
  /** Adds a connection. It counts for no user until `admit`. */
  add(closing: Pick<Drainable, 'close' | 'terminate'>): Connection;
  /** Refuses new connections, and closes the open ones gradually within the grace time. */
  drain(graceMs: number): Promise<void>;
};

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** A counter per key. */
function createCounts() {
  const counts = new Map<string, number>();
  return {
    of: (key: string) => counts.get(key) ?? 0,
    /** @returns a function that decrements again */
    increment(key: string): () => void {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return once(() => {
        const remaining = (counts.get(key) ?? 0) - 1;
        if (remaining > 0) counts.set(key, remaining);
        else counts.delete(key);
      });
    },
  };
}

export function createConnections(limits: ConnectionLimits): Connections {
  const { subscriptionsPerConnection, connectionsPerUser } = limits;
  const open = new Set<Drainable>();
  const perUser = createCounts();
  let isDraining = false;

  function refuseWhileDraining(): void {
    if (!isDraining) return;
    throw new AppError(
      'UPSTREAM_FAILED',
      'This server is shutting down. Connect again, and resume after the last result.',
    );
  }

  function checkUser(username: string): void {
    if (perUser.of(username) < connectionsPerUser) return;
    // At most 123 bytes with its code: it is also the reason of a closed WebSocket.
    throw new AppError(
      'LIMIT_EXCEEDED',
      `You have ${connectionsPerUser} open connections, the maximum (MAX_CONNECTIONS_PER_USER). Close one first.`,
    );
  }

  function checkSubscriptions(count: number): void {
    if (count < subscriptionsPerConnection) return;
    throw new AppError(
      'LIMIT_EXCEEDED',
      `This connection has ${subscriptionsPerConnection} subscriptions, the maximum (MAX_SUBSCRIPTIONS_PER_CONNECTION). End one, or open another connection.`,
    );
  }

  return {
    get isDraining() {
      return isDraining;
    },
    refuseWhileDraining,
    add({ close, terminate }) {
      let subscriptionCount = 0;
      let pendingCount = 0;
      let decrement = () => {};
      const drainable: Drainable = {
        get isBusy() {
          return pendingCount > 0;
        },
        close,
        terminate,
      };
      open.add(drainable);

      function hold(): () => void {
        pendingCount += 1;
        return once(() => {
          pendingCount -= 1;
        });
      }

      return {
        admit(username) {
          refuseWhileDraining();
          checkUser(username);
          // The connection may have closed while its token was checked.
          if (open.has(drainable)) decrement = perUser.increment(username);
        },
        subscribe(endsWithNode) {
          // Clients reconnect by themselves when their connection closes. They would show an error instead.
          if (isDraining && pendingCount === 0) close();
          refuseWhileDraining();
          checkSubscriptions(subscriptionCount);
          subscriptionCount += 1;
          const release = endsWithNode ? hold() : () => {};
          return once(() => {
            subscriptionCount -= 1;
            release();
          });
        },
        hold,
        remove() {
          open.delete(drainable);
          decrement();
        },
      };
    },
    async drain(graceMs) {
      isDraining = true;
      await closeGradually(open, graceMs);
    },
  };
}
