// The subscription `ratingStats`.
import { declareDelivery } from '../delivery/delivery.ts';
import { shareExecution } from '../delivery/shared-execution.ts';
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { RatingStatsResult, statsArgs } from './graphql.ts';
import { checkStatsQuery } from './stats-query.ts';

const intervalMs = { min: 50, max: 600_000 };

function checkInterval(minIntervalMs: number): number {
  if (minIntervalMs >= intervalMs.min && minIntervalMs <= intervalMs.max) return minIntervalMs;
  throw new AppError(
    'INVALID_INPUT',
    `minIntervalMs ${minIntervalMs} is out of range: give ${intervalMs.min} to ${intervalMs.max}.`,
  );
}

builder.subscriptionField('ratingStats', (t) =>
  t.field({
    type: RatingStatsResult,
    description:
      'Live result of the query `ratingStats`: the current one, then the newest one after each change, each at a higher offset than the one before. Nothing is sent while the rows stay the same; changes within minIntervalMs are sent as one result. For ANALYST, SERVICE and ADMIN.',
    args: {
      ...statsArgs,
      minIntervalMs: t.arg.int({
        required: true,
        defaultValue: 250,
        description: 'Minimum time between two results, in milliseconds: 50 to 600,000. Defaults to 250.',
      }),
    },
    // All followers of a query get the same objects, and no field of them depends on the viewer.
    extensions: declareDelivery({ createRespond: shareExecution }),
    subscribe: (_root, { minIntervalMs, ...args }, { viewer, services }) =>
      services.stats.follow(checkStatsQuery(viewer, args), checkInterval(minIntervalMs)),
    resolve: (result) => result,
  }),
);
