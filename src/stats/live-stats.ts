// Statistics as they change, for those who follow them: one liveQuery per distinct query on this node. Each reader
// computes its next value when it is asked: one that is slow or wants fewer is given the newest.
import type pg from 'pg';
import { createPullIterator, type Pull } from '../lib/pull-iterator.ts';
import type { Tails } from '../log/live/topic-tails.ts';
import { createLiveQuery, type LiveQuery } from './live-query.ts';
import type { RatingStatsResult } from './read-rating-stats.ts';
import type { StatsQuery } from './stats-query.ts';

export type LiveStats = {
  /** What holds now, then the newest whenever it has changed, each at a higher offset than the one before. */
  follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult>;
  /** How many follow. */
  readonly openCount: number;
  stop(): Promise<void>;
};

export function createLiveStats({ pool, tails }: { pool: pg.Pool; tails: Tails }): LiveStats {
  const liveQueries = new Map<string, LiveQuery>();
  let openCount = 0;

  function liveQueryOf(query: StatsQuery): LiveQuery {
    const key = JSON.stringify(query);
    const known = liveQueries.get(key);
    if (known !== undefined && known.failure === undefined) return known;
    const onUnused = () => {
      if (liveQueries.get(key) === made) liveQueries.delete(key);
    };
    const made = createLiveQuery({ pool, tails, query, onUnused });
    liveQueries.set(key, made);
    return made;
  }

  function follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult> {
    const liveQuery = liveQueryOf(query);
    const leave = liveQuery.join(minIntervalMs);
    openCount += 1;
    let seen = 0;
    let givenAt = Number.NEGATIVE_INFINITY;

    function advance(pull: Pull): RatingStatsResult | Promise<undefined> {
      if (liveQuery.failure !== undefined) throw liveQuery.failure;
      const { newest } = liveQuery;
      if (newest === undefined || newest.serial === seen) {
        return pull.wait((finish) => liveQuery.onceChanged(finish));
      }
      const now = performance.now();
      if (now < givenAt + minIntervalMs) return pull.pause(givenAt + minIntervalMs - now);
      seen = newest.serial;
      givenAt = now;
      return newest.result;
    }

    return createPullIterator(advance, () => {
      openCount -= 1;
      leave();
    });
  }

  return {
    follow,
    get openCount() {
      return openCount;
    },
    async stop() {
      await Promise.all([...liveQueries.values()].map((liveQuery) => liveQuery.stop()));
    },
  };
}
