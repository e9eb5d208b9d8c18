// Who is connected: WebSockets and event streams. Counted and refused by one rule for every carrier, before a source
// starts; and sent elsewhere when the server stops.
import { AppError } from '../../errors.ts';
import { closeGradually, type Drainable } from './graceful-close.ts';

export type ConnectionLimits = { subscriptionsPerConnection: number; connectionsPerUser: number };

/** Everything that is given back may be given back more than once. */
export type Connection = {
  /** Counts it as the user's. @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops */
  admit(username: string): void;
  /**
   * @param endsHere whether it follows a reply that is produced here, whose end it gets though the server stops
   * @returns ends it
   * @throws AppError LIMIT_EXCEEDED; UPSTREAM_FAILED while the server stops
   */
  subscribe(endsHere: boolean): () => void;
  /** Stays open for an answer that is due, though the server stops. @returns ends it */
  hold(): () => void;
  /** It is gone, with all that ran on it. */
  remove(): void;
};

export type Connections = {
  readonly isDraining: boolean;
  /** @throws AppError UPSTREAM_FAILED while the server stops */
  refuseWhileDraining(): void;
  /** A connection that counts nowhere until a user is admitted on it. */
  add(ways: Pick<Drainable, 'close' | 'terminate'>): Connection;
  /** Takes no more, and closes all: spread over the grace time. */
  drain(graceMs: number): Promise<void>;
};

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

/** How many there are of each. */
function createCounts() {
  const counts = new Map<string, number>();
  return {
    of: (key: string) => counts.get(key) ?? 0,
    /** @returns takes it back */
    add(key: string): () => void {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return once(() => {
        const rest = (counts.get(key) ?? 0) - 1;
        if (rest > 0) counts.set(key, rest);
        else counts.delete(key);
      });
    },
  };
}

export function createConnections(limits: ConnectionLimits): Connections {
  const { subscriptionsPerConnection, connectionsPerUser } = limits;
  const open = new Set<Drainable>();
  const ofUsers = createCounts();
  let isDraining = false;

  function refuseWhileDraining(): void {
    if (!isDraining) return;
    throw new AppError(
      'UPSTREAM_FAILED',
      'This server is shutting down: connect again, and continue after what came last.',
    );
  }

  function checkUser(username: string): void {
    if (ofUsers.of(username) < connectionsPerUser) return;
    // Short enough for the reason of a closed WebSocket.
    throw new AppError(
      'LIMIT_EXCEEDED',
      `MAX_CONNECTIONS_PER_USER is ${connectionsPerUser}, and as many are open: close a WebSocket or a stream.`,
    );
  }

  function checkSubscriptions(count: number): void {
    if (count < subscriptionsPerConnection) return;
    throw new AppError(
      'LIMIT_EXCEEDED',
      `MAX_SUBSCRIPTIONS_PER_CONNECTION is ${subscriptionsPerConnection}, and as many run on this connection: end some, or open another.`,
    );
  }

  return {
    get isDraining() {
      return isDraining;
    },
    refuseWhileDraining,
    add({ close, terminate }) {
      let subscriptions = 0;
      let due = 0;
      let giveBack = () => {};
      const leaver: Drainable = {
        get isBusy() {
          return due > 0;
        },
        close,
        terminate,
      };
      open.add(leaver);

      function hold(): () => void {
        due += 1;
        return once(() => {
          due -= 1;
        });
      }

      return {
        admit(username) {
          refuseWhileDraining();
          checkUser(username);
          // The check of a token takes a moment, in which the connection may have gone.
          if (open.has(leaver)) giveBack = ofUsers.add(username);
        },
        subscribe(endsHere) {
          // Clients connect elsewhere when they are closed, by themselves; an error they would show.
          if (isDraining && due === 0) close();
          refuseWhileDraining();
          checkSubscriptions(subscriptions);
          subscriptions += 1;
          const release = endsHere ? hold() : () => {};
          return once(() => {
            subscriptions -= 1;
            release();
          });
        },
        hold,
        remove() {
          open.delete(leaver);
          giveBack();
        },
      };
    },
    async drain(graceMs) {
      isDraining = true;
      await closeGradually(open, graceMs);
    },
  };
}
