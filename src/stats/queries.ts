// The queries `ratingStats` and `compareModels`.
import { builder } from '../graphql/builder.ts';
import { type ComparedModels, compareModels } from './compare-models.ts';
import { RatingStats, RatingStatsResult, sourceArg, statsArgs, topicArg } from './graphql.ts';
import { readRatingStats } from './read-rating-stats.ts';
import { checkStatsQuery } from './stats-query.ts';

builder.queryField('ratingStats', (t) =>
  t.field({
    type: RatingStatsResult,
    description:
      'Statistics of the feedback on replies. A reply counts in the hour in which it was made, whenever it was rated. For ANALYST, SERVICE and ADMIN.',
    args: statsArgs,
    resolve: (_root, args, { viewer, services }) =>
      readRatingStats(services.pool, checkStatsQuery(viewer, args)),
  }),
);

const ComparedInput = builder.inputType('ComparedInput', {
  description: 'Side of a comparison.',
  fields: (t) => ({
    model: t.id({ description: 'Only replies of this model. Defaults to all models.' }),
    from: t.field({ type: 'DateTime', description: 'Only replies that were made at this instant or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only replies that were made before this instant.' }),
  }),
});

const ModelComparison = builder.objectRef<ComparedModels>('ModelComparison').implement({
  description: 'Comparison of the like rates of two models or two periods.',
  fields: (t) => ({
    summary: t.exposeString('summary', { description: 'Result in one or two English sentences.' }),
    a: t.expose('a', { type: RatingStats, description: 'Statistics of side a.' }),
    b: t.expose('b', { type: RatingStats, description: 'Statistics of side b.' }),
    difference: t.exposeFloat('difference', {
      nullable: true,
      description: 'Like rate of a minus that of b. Null if one side has no ratings.',
    }),
    differenceLow: t.float({
      nullable: true,
      description:
        'Lower bound of the 95 % confidence interval of the difference. Null if one side has no ratings. Method 10 of R. G. Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 873–890.',
      resolve: ({ low }) => low,
    }),
    differenceHigh: t.float({
      nullable: true,
      description:
        'Upper bound of the interval that begins at differenceLow. Null if one side has no ratings.',
      resolve: ({ high }) => high,
    }),
    excludesZero: t.boolean({
      description: 'Whether the interval excludes zero: then the difference is more than chance.',
      resolve: ({ isSettled }) => isSettled,
    }),
    moreRatings: t.exposeInt('moreRatings', {
      nullable: true,
      description:
        'Number of further ratings of both sides together, in their present proportion, after which the interval would exclude zero at this difference. 0 if it excludes zero already. Null if the rates are equal, one side has no ratings, or more than 1,000,000,000 would be needed.',
    }),
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description:
        'Offset of the newest event of the topic that is counted in a. Null if the topic has no events.',
    }),
  }),
});

builder.queryField('compareModels', (t) =>
  t.field({
    type: ModelComparison,
    description:
      'Whether users like one model or period better than another. For ANALYST, SERVICE and ADMIN.',
    args: {
      a: t.arg({ type: ComparedInput, required: true, description: 'First side.' }),
      b: t.arg({ type: ComparedInput, required: true, description: 'Second side.' }),
      topic: t.arg.string(topicArg),
      source: t.arg(sourceArg),
    },
    resolve: (_root, args, { viewer, services }) => compareModels(services.pool, viewer, args),
  }),
);
