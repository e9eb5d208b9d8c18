// Statistics as they change, for those who follow them: one aggregate per distinct query on this node. Each reader
// computes its next value when it is asked: one that is slow or wants fewer is given the newest.
import type pg from 'pg';
import { createPullIterator, type Pull } from '../lib/pull-iterator.ts';
import type { TopicTails } from '../log/live/topic-tails.ts';
import { type Aggregate, createAggregate } from './aggregate.ts';
import type { StatsQuery } from './query.ts';
import type { RatingStatsResult } from './read.ts';

export type LiveStats = {
  /** What holds now, then the newest whenever it has changed, each at a higher offset than the one before. */
  follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult>;
  /** How many follow. */
  readonly openCount: number;
  stop(): Promise<void>;
};

export function createLiveStats({ pool, tails }: { pool: pg.Pool; tails: TopicTails }): LiveStats {
  const aggregates = new Map<string, Aggregate>();
  let openCount = 0;

  function aggregateOf(query: StatsQuery): Aggregate {
    const key = JSON.stringify(query);
    const known = aggregates.get(key);
    if (known !== undefined && known.failure === undefined) return known;
    const onUnused = () => {
      if (aggregates.get(key) === made) aggregates.delete(key);
    };
    const made = createAggregate({ pool, tails, query, onUnused });
    aggregates.set(key, made);
    return made;
  }

  function follow(query: StatsQuery, minIntervalMs: number): AsyncIterableIterator<RatingStatsResult> {
    const aggregate = aggregateOf(query);
    const leave = aggregate.join(minIntervalMs);
    openCount += 1;
    let seen = 0;
    let givenAt = Number.NEGATIVE_INFINITY;

    function advance(pull: Pull): RatingStatsResult | Promise<undefined> {
      if (aggregate.failure !== undefined) throw aggregate.failure;
      const { newest } = aggregate;
      if (newest === undefined || newest.serial === seen) {
        return pull.wait((finish) => aggregate.onceChanged(finish));
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
      await Promise.all([...aggregates.values()].map((aggregate) => aggregate.stop()));
    },
  };
}
