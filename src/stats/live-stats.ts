// Statistics for those who follow them: one live query per distinct query on this node. Each follower computes its
// next value when it is asked for it, so a slow one skips to the newest.
import type pg from 'pg';
import { createPullIterator, type Pull } from '../lib/pull-iterator.ts';
import type { TopicTails } from '../log/live/topic-tails.ts';
import { createLiveQuery, type LiveQuery } from './live-query.ts';
import type { RatingStatsResult } from './read-rating-stats.ts';
import type { StatsQuery } from './stats-query.ts';

export type LiveStats = {
  /** The current result, then the newest one after each change, each at a higher offset than the one before. */
  follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult>;
  /** How many followers there are. */
  readonly openCount: number;
  stop(): Promise<void>;
};

export function createLiveStats({ pool, tails }: { pool: pg.Pool; tails: TopicTails }): LiveStats {
  const liveQueries = new Map<string, LiveQuery>();
  let openCount = 0;

  function liveQueryOf(query: StatsQuery): LiveQuery {
    const key = JSON.stringify(query);
    const existing = liveQueries.get(key);
    if (existing !== undefined && existing.failure === undefined) return existing;
    const onUnused = () => {
      if (liveQueries.get(key) === created) liveQueries.delete(key);
    };
    const created = createLiveQuery({ pool, tails, query, onUnused });
    liveQueries.set(key, created);
    return created;
  }

  function follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult> {
    const liveQuery = liveQueryOf(query);
    const leave = liveQuery.join(minIntervalMs);
    openCount += 1;
    let sentSerial = 0;
    let sentAt = Number.NEGATIVE_INFINITY;

    function advance(pull: Pull): RatingStatsResult | Promise<undefined> {
      if (liveQuery.failure !== undefined) throw liveQuery.failure;
      const { newest } = liveQuery;
      if (newest === undefined || newest.serial === sentSerial) {
        return pull.wait((finish) => liveQuery.onceChanged(finish));
      }
      const now = performance.now();
      if (now < sentAt + minIntervalMs) return pull.pause(sentAt + minIntervalMs - now);
      sentSerial = newest.serial;
      sentAt = now;
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
