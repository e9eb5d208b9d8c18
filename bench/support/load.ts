// The loop of every load worker: a number of connections, each of which sends its next request after the response.
import { percentile } from './percentile.ts';
import { serveCalls } from './worker.ts';

export type LoadTarget = {
  url: string;
  connections: number;
  /** Requests name random ids: the prefix, then a number below count, padded to 26 characters in all. */
  ids: { prefix: string; count: number };
  /**
   * Requests, sent in turn. Over HTTP they are bodies in which %ID% stands for the id, %NUMBER% for its number without
   * prefix and zeros, and %AUTHOR% for one of many users. Other workers give them a meaning of their own.
   */
  templates: string[];
  /** Maximum of connections to Postgres, for workers that hold one for each of theirs. Default: unlimited. */
  maxConnections?: number;
};

/** Responses since the previous mark. */
export type LoadMark = { count: number; elapsedMs: number; p50: number; p99: number };

export type Connection = {
  /** Sends one request and resolves when its response has been checked. */
  send(id: string, sequence: number): Promise<void>;
  close(): void | Promise<void>;
};

export type LoadCalls = {
  start(target: LoadTarget): Promise<void>;
  mark(): LoadMark;
  /** Resolves when every connection has its last response and is closed. */
  stop(): Promise<void>;
  /** All responses since the worker started, also those between two measurements. */
  total(): number;
};

export const idLength = 26;

export function idOf({ prefix }: LoadTarget['ids'], number: number): string {
  return prefix + String(number).padStart(idLength - prefix.length, '0');
}

function createLoad(connect: (target: LoadTarget) => Promise<Connection>): LoadCalls {
  let latencies: number[] = [];
  let markedAt = 0;
  let isStopping = false;
  let failure: unknown;
  let loops: Promise<void>[] = [];
  let total = 0;

  async function run(connection: Connection, { ids }: LoadTarget, index: number): Promise<void> {
    try {
      for (let sequence = index; !isStopping; sequence += 1) {
        const id = idOf(ids, Math.floor(Math.random() * ids.count));
        const sentAt = performance.now();
        await connection.send(id, sequence);
        latencies.push(performance.now() - sentAt);
        total += 1;
      }
    } catch (error) {
      // Thrown by the next call: half a load would look like a slow server.
      failure ??= error;
    } finally {
      await connection.close();
    }
  }

  return {
    async start(target) {
      isStopping = false;
      const connecting = Array.from({ length: target.connections }, () => connect(target));
      const connections = await Promise.all(connecting);
      latencies = [];
      markedAt = performance.now();
      loops = connections.map((connection, index) => run(connection, target, index));
    },
    mark() {
      if (failure !== undefined) throw failure;
      const now = performance.now();
      const sorted = Float64Array.from(latencies).sort();
      const elapsedMs = now - markedAt;
      latencies = [];
      markedAt = now;
      return { count: sorted.length, elapsedMs, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
    },
    async stop() {
      isStopping = true;
      await Promise.all(loops);
      if (failure !== undefined) throw failure;
    },
    total: () => total,
  };
}

export function serveLoad(connect: (target: LoadTarget) => Promise<Connection>): void {
  serveCalls(createLoad(connect));
}
