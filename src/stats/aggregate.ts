// One query for statistics that is asked again when its topic has grown, at most once a tick, for however many
// follow it. What comes out equal is not told to anyone.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { TopicTails } from '../log/live/topic-tails.ts';
import type { StatsQuery } from './query.ts';
import { type RatingStatsResult, readRatingStats } from './read.ts';

/** What an aggregate comes to; the serial number changes with its rows. */
type Version = { result: RatingStatsResult; rows: string; serial: number };

export type Aggregate = {
  readonly newest: Version | undefined;
  /** What ends everyone who follows it. */
  readonly failure: unknown;
  /** @returns leaves it; the last one who does ends it */
  join(minIntervalMs: number): () => void;
  /** Calls once, when there is something newer or a failure. @returns takes it back */
  onceChanged(listener: () => void): () => void;
  stop(): Promise<void>;
};

const retryPauseMs = 250;
/** How long readers are kept while Postgres does not answer. */
const patienceMs = 10_000;

type AggregateOptions = { pool: pg.Pool; tails: TopicTails; query: StatsQuery; onUnused: () => void };

export function createAggregate({ pool, tails, query, onUnused }: AggregateOptions): Aggregate {
  const intervals = new Map<symbol, number>();
  const listeners = new Set<() => void>();
  let newest: Version | undefined;
  let failure: unknown;
  let failingSince: number | undefined;
  let isStopped = false;
  /** The offset that is known to be in the log. */
  let wanted = -1;
  let askedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;
  const unwatch = tails.watch(query.topic, (offset) => {
    wanted = Math.max(wanted, offset);
    schedule();
  });

  function isCurrent(): boolean {
    return newest !== undefined && wanted <= (newest.result.offset ?? -1);
  }

  function schedule(): void {
    if (isStopped || timer !== undefined || reading !== undefined || isCurrent()) return;
    const tickMs = failingSince === undefined ? Math.min(...intervals.values()) : retryPauseMs;
    const waitMs = askedAt + tickMs - performance.now();
    timer = setTimeout(
      () => {
        timer = undefined;
        reading = ask().finally(() => {
          reading = undefined;
          schedule();
        });
      },
      Math.max(0, waitMs),
    );
  }

  function tell(): void {
    const due = [...listeners];
    listeners.clear();
    for (const listener of due) listener();
  }

  async function ask(): Promise<void> {
    askedAt = performance.now();
    try {
      const result = await readRatingStats(pool, query);
      failingSince = undefined;
      take(result, JSON.stringify(result.rows));
    } catch (error) {
      failingSince ??= askedAt;
      // What Postgres refuses, it refuses again.
      if (error instanceof AppError || askedAt - failingSince > patienceMs) {
        failure = error;
        tell();
      }
    }
  }

  function take(result: RatingStatsResult, rows: string): void {
    const isEqual = newest?.rows === rows;
    // Equal numbers hold at the higher offset too: whoever joins is given that one.
    newest = { result, rows, serial: (newest?.serial ?? 0) + (isEqual ? 0 : 1) };
    if (!isEqual) tell();
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
      const reader = Symbol('reader');
      intervals.set(reader, minIntervalMs);
      schedule();
      return () => {
        intervals.delete(reader);
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
      await reading;
    },
  };
}
