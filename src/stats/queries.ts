// The query `ratingStats`.
import { builder } from '../graphql/builder.ts';
import { RatingStatsResult, statsArgs } from './graphql.ts';
import { checkStatsQuery } from './query.ts';
import { readRatingStats } from './read.ts';

builder.queryField('ratingStats', (t) =>
  t.field({
    type: RatingStatsResult,
    description:
      'What users think of replies, in numbers: for ANALYST, SERVICE and ADMIN. A reply counts in the hour in which it was made, whenever it was rated.',
    args: statsArgs,
    resolve: (_root, args, { viewer, services }) =>
      readRatingStats(services.pool, checkStatsQuery(viewer, args)),
  }),
);
