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
      'What users think of replies, in numbers: for ANALYST, SERVICE and ADMIN. A reply counts in the hour in which it was made, whenever it was rated.',
    args: statsArgs,
    resolve: (_root, args, { viewer, services }) =>
      readRatingStats(services.pool, checkStatsQuery(viewer, args)),
  }),
);

const ComparedInput = builder.inputType('ComparedInput', {
  description: 'One side of a comparison.',
  fields: (t) => ({
    model: t.id({ description: 'Only replies of this model; of all where not given.' }),
    from: t.field({ type: 'DateTime', description: 'Only replies that were made then or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only replies that were made before.' }),
  }),
});

const ModelComparison = builder.objectRef<ComparedModels>('ModelComparison').implement({
  description: 'Two models or two periods side by side.',
  fields: (t) => ({
    summary: t.exposeString('summary', { description: 'What came out, in a sentence or two, in English.' }),
    a: t.expose('a', { type: RatingStats, description: 'The numbers of the first.' }),
    b: t.expose('b', { type: RatingStats, description: 'The numbers of the second.' }),
    difference: t.exposeFloat('difference', {
      nullable: true,
      description: 'The like rate of a less that of b; null where one has no ratings.',
    }),
    differenceLow: t.float({
      nullable: true,
      description:
        'From where on, with 95 % confidence, the difference may lie: method 10 of R. G. Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17, 873–890.',
      resolve: ({ low }) => low,
    }),
    differenceHigh: t.float({
      nullable: true,
      description: 'The other end of that interval.',
      resolve: ({ high }) => high,
    }),
    excludesZero: t.boolean({
      description: 'Whether the interval leaves zero out: the difference is then no chance alone.',
      resolve: ({ isSettled }) => isSettled,
    }),
    moreRatings: t.exposeInt('moreRatings', {
      nullable: true,
      description:
        'How many more ratings of both together, in their present proportion, would leave zero out at this difference; 0 where it is left out, null where the rates are equal or not known.',
    }),
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'The newest event of the topic that is counted in a; null where it has none.',
    }),
  }),
});

builder.queryField('compareModels', (t) =>
  t.field({
    type: ModelComparison,
    description:
      'Whether users like one model or period better than another: for ANALYST, SERVICE and ADMIN.',
    args: {
      a: t.arg({ type: ComparedInput, required: true, description: 'The first.' }),
      b: t.arg({ type: ComparedInput, required: true, description: 'The second.' }),
      topic: t.arg.string(topicArg),
      source: t.arg(sourceArg),
    },
    resolve: (_root, args, { viewer, services }) => compareModels(services.pool, viewer, args),
  }),
);
