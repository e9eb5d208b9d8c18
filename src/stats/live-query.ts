// One query for statistics, shared by everyone who follows it: it runs again when its topic has grown, at most once
// per interval. Listeners are called only when the rows have changed.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { maxUnavailableMs, retryPauseMs } from '../lib/pull-iterator.ts';
import type { TopicTails } from '../log/live/topic-tails.ts';
import { type RatingStatsResult, readRatingStats } from './read-rating-stats.ts';
import type { StatsQuery } from './stats-query.ts';

/** A result; its serial number changes with its rows. */
type Version = { result: RatingStatsResult; rows: string; serial: number };

export type LiveQuery = {
  readonly newest: Version | undefined;
  /** The error that ends every follower; undefined while there is none. */
  readonly failure: unknown;
  /** @returns a leave function; when the last follower has left, the query stops */
  join(minIntervalMs: number): () => void;
  /** Calls the listener once, at the next newer version or failure. @returns an unsubscribe function */
  onceChanged(listener: () => void): () => void;
  stop(): Promise<void>;
};

type LiveQueryOptions = { pool: pg.Pool; tails: TopicTails; query: StatsQuery; onUnused: () => void };

export function createLiveQuery({ pool, tails, query, onUnused }: LiveQueryOptions): LiveQuery {
  const intervals = new Map<symbol, number>();
  const listeners = new Set<() => void>();
  let newest: Version | undefined;
  let failure: unknown;
  let failingSince: number | undefined;
  let isStopped = false;
  /** The highest offset that the log is known to have reached. */
  let loggedOffset = -1;
  let ranAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const unwatch = tails.watch(query.topic, (offset) => {
    loggedOffset = Math.max(loggedOffset, offset);
    schedule();
  });

  function isCurrent(): boolean {
    return newest !== undefined && loggedOffset <= (newest.result.offset ?? -1);
  }

  function schedule(): void {
    if (isStopped || timer !== undefined || running !== undefined || isCurrent()) return;
    const intervalMs = failingSince === undefined ? Math.min(...intervals.values()) : retryPauseMs;
    const waitMs = ranAt + intervalMs - performance.now();
    timer = setTimeout(
      () => {
        timer = undefined;
        running = run().finally(() => {
          running = undefined;
          schedule();
        });
      },
      Math.max(0, waitMs),
    );
  }

  function notify(): void {
    const pending = [...listeners];
    listeners.clear();
    for (const listener of pending) listener();
  }

  async function run(): Promise<void> {
    ranAt = performance.now();
    try {
      const result = await readRatingStats(pool, query);
      failingSince = undefined;
      update(result, JSON.stringify(result.rows));
    } catch (error) {
      failingSince ??= ranAt;
      // A query that Postgres refuses would be refused again.
      if (error instanceof AppError || ranAt - failingSince > maxUnavailableMs) {
        failure = error;
        notify();
      }
    }
  }

  function update(result: RatingStatsResult, rows: string): void {
    const isEqual = newest?.rows === rows;
    // Equal rows hold at the higher offset too: a follower who joins later gets that offset.
    newest = { result, rows, serial: (newest?.serial ?? 0) + (isEqual ? 0 : 1) };
    if (!isEqual) notify();
  }

  function end(): void {
    isStopped = true;
    clearTimeout(timer);
    unwatch();
  }

  return {
    get newest() {
      return newest;
    },
    get failure() {
      return failure;
    },
    join(minIntervalMs) {
      const follower = Symbol('follower');
      intervals.set(follower, minIntervalMs);
      schedule();
      return () => {
        intervals.delete(follower);
        if (intervals.size > 0) return;
        end();
        onUnused();
      };
    },
    onceChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      end();
      await running;
    },
  };
}
