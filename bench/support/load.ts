// The loop of every load worker: a number of connections, each sending its next request when it has its answer.
import { percentile } from './statistics.ts';
import { serveCalls } from './worker.ts';

export type LoadTarget = {
  url: string;
  connections: number;
  /** Requests are made for random ids: the prefix, then a number below count, to 26 characters in all. */
  ids: { prefix: string; count: number };
  /**
   * What to send in turn: over HTTP bodies, with %ID% where the id belongs, or %NUMBER% where it does without prefix
   * and zeros, and %AUTHOR% where one of many users does; else as the worker reads them.
   */
  templates: string[];
  /** Of those that each hold a connection to Postgres: how many it takes. Default: as many as wanted. */
  mostConnections?: number;
};

/** What was answered since the mark before. */
export type LoadMark = { count: number; elapsedMs: number; p50: number; p99: number };

export type Connection = {
  /** Sends one request and resolves when its answer has been checked. */
  send(id: string, turn: number): Promise<void>;
  close(): void | Promise<void>;
};

export type LoadCalls = {
  start(target: LoadTarget): Promise<void>;
  mark(): LoadMark;
  /** Resolves when every connection has its last answer, and is closed. */
  stop(): Promise<void>;
  /** All answers since the worker began, also those between two measurements. */
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

  async function run(connection: Connection, { ids }: LoadTarget, place: number): Promise<void> {
    try {
      for (let turn = place; !isStopping; turn += 1) {
        const id = idOf(ids, Math.floor(Math.random() * ids.count));
        const sentAt = performance.now();
        await connection.send(id, turn);
        latencies.push(performance.now() - sentAt);
        total += 1;
      }
    } catch (error) {
      // Told at the next call: half a load would look like a slow server.
      failure ??= error;
    } finally {
      await connection.close();
    }
  }

  return {
    async start(target) {
      isStopping = false;
      const places = Array.from({ length: target.connections }, (_, place) => place);
      const connections = await Promise.all(places.map(() => connect(target)));
      latencies = [];
      markedAt = performance.now();
      loops = connections.map((connection, place) => run(connection, target, place));
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
