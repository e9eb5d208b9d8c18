// The subscription `ratingStats`.

import { declareDelivery } from '../delivery/delivery.ts';
import { shareExecution } from '../delivery/shared-execution.ts';
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { RatingStatsResult, statsArgs } from './graphql.ts';
import { checkStatsQuery } from './stats-query.ts';

const intervalsMs = { least: 50, most: 600_000 };

function checkInterval(minIntervalMs: number): number {
  if (minIntervalMs >= intervalsMs.least && minIntervalMs <= intervalsMs.most) return minIntervalMs;
  throw new AppError(
    'INVALID_INPUT',
    `minIntervalMs ${minIntervalMs} is out of range: give ${intervalsMs.least} to ${intervalsMs.most}.`,
  );
}

builder.subscriptionField('ratingStats', (t) =>
  t.field({
    type: RatingStatsResult,
    description:
      'The query `ratingStats` as it changes: what holds now, then the newest whenever it has changed, each at a higher offset. Nothing comes while nothing changes, and what came between two is left out. For ANALYST, SERVICE and ADMIN.',
    args: {
      ...statsArgs,
      minIntervalMs: t.arg.int({
        required: true,
        defaultValue: 250,
        description: 'How long nothing comes after each result, in milliseconds: 50 to 600,000.',
      }),
    },
    // Its values are the same objects for everyone who may follow it, and its fields don't depend on the viewer.
    extensions: declareDelivery({ createRespond: shareExecution }),
    subscribe: (_root, { minIntervalMs, ...args }, { viewer, services }) =>
      services.stats.follow(checkStatsQuery(viewer, args), checkInterval(minIntervalMs)),
    resolve: (result) => result,
  }),
);
