// The queries for statistics: `ratingStats`, `modelRanking` and `compareModels`.
import { Model } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/fields-graphql.ts';
import { builder } from '../graphql/builder.ts';
import { type ComparedModels, compareModels, modelRanking } from './comparisons.ts';
import { RatingStats, RatingStatsResult, statsArgs } from './graphql.ts';
import { wilson } from './interval.ts';
import { checkStatsQuery } from './query.ts';
import type { Opponent, RankedModel } from './ranking/ranking.ts';
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

const PairRecord = builder.objectRef<Opponent>('PairRecord').implement({
  description: 'How a model fared against another.',
  fields: (t) => ({
    opponent: t.field({
      type: Model,
      description: 'The other.',
      resolve: ({ model }) => ({ id: model, metadata: null }),
    }),
    wins: t.exposeInt('wins', { description: 'How often its reply was chosen over that of the other.' }),
    losses: t.exposeInt('losses', { description: "How often the other's was." }),
    ties: t.exposeInt('ties', { description: 'How often both were called as good.' }),
    winRate: t.float({
      nullable: true,
      description: 'wins / (wins + losses), without ties; null where there are only ties.',
      resolve: ({ wins, losses }) => (wins + losses === 0 ? null : wins / (wins + losses)),
    }),
    winRateLow: t.float({
      nullable: true,
      description:
        'From where on, with 95 % confidence, the win rate may lie: the score interval of Wilson (1927).',
      resolve: ({ wins, losses }) => wilson({ count: wins, of: wins + losses })?.low ?? null,
    }),
    winRateHigh: t.float({
      nullable: true,
      description: 'The other end of that interval.',
      resolve: ({ wins, losses }) => wilson({ count: wins, of: wins + losses })?.high ?? null,
    }),
  }),
});

const RankedModelRef = builder.objectRef<RankedModel>('RankedModel').implement({
  description:
    'A model by how often its replies were chosen over those of others. Strengths are of the model of Bradley and Terry (1952) with the ties of Davidson (1970), as logarithms: a model that is stronger by 0.69 is chosen twice as often.',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'Which model.',
      resolve: ({ model }) => ({ id: model, metadata: null }),
    }),
    rank: t.exposeInt('rank', { description: 'From 1, the strongest, within its set.' }),
    set: t.exposeInt('set', {
      description:
        'The set of models that it can be compared with, since choices connect them; the largest is 1. Ranks and strengths of different sets say nothing about each other.',
    }),
    setSize: t.exposeInt('setSize', { description: 'How many models are in its set.' }),
    strength: t.exposeFloat('strength', { description: 'Its strength; the mean of its set is 0.' }),
    strengthLow: t.float({
      description:
        'From where on, with 95 % confidence, its strength may lie, by the information in the choices.',
      resolve: ({ low }) => low,
    }),
    strengthHigh: t.float({ description: 'The other end of that interval.', resolve: ({ high }) => high }),
    isAdjusted: t.exposeBoolean('isAdjusted', {
      description:
        'Whether some model of its set never won or never lost against the rest, so that the most likely strengths are infinite: then half a win in each direction was added for every pair that met, and strengths and intervals are rough.',
    }),
    wins: t.exposeInt('wins', { description: 'How often its reply was chosen over another.' }),
    losses: t.exposeInt('losses', { description: 'How often another was chosen over its reply.' }),
    ties: t.exposeInt('ties', { description: 'How often its reply and another were called as good.' }),
    pairs: t.field({
      type: [PairRecord],
      description: 'Against each model that it met.',
      resolve: ({ opponents }) => opponents,
    }),
  }),
});

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

const topicArg = { required: true, defaultValue: 'default', description: 'Which topic.' } as const;
const sourceArg = {
  type: FeedbackSourceEnum,
  required: true,
  defaultValue: 'end_user',
  description: 'Whose feedback: sources are never mixed.',
} as const;

builder.queryFields((t) => ({
  modelRanking: t.field({
    type: [RankedModelRef],
    description:
      'Models by the choices between their replies, the strongest first, set by set: for ANALYST, SERVICE and ADMIN. Several replies that one choice rejects count as a pair each.',
    args: {
      topic: t.arg.string(topicArg),
      from: t.arg({ type: 'DateTime', description: 'Only chosen replies that were made then or later.' }),
      to: t.arg({ type: 'DateTime', description: 'Only chosen replies that were made before.' }),
      source: t.arg(sourceArg),
      tags: t.arg.stringList({
        description: 'Only choices of those who gave the chosen reply one of these tags.',
      }),
      fromRatings: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'Whether a like and a dislike by one author of two replies to the same message count as a choice too, where they made none between the two.',
      }),
    },
    resolve: (_root, args, { viewer, services }) => modelRanking(services.pool, viewer, args),
  }),
  compareModels: t.field({
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
}));
