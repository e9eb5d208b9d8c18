// The query `modelRanking` and its types.
import { Model } from '../../conversation/graphql.ts';
import { builder } from '../../graphql/builder.ts';
import { sourceArg, topicArg } from '../graphql.ts';
import { wilson } from '../interval.ts';
import { modelRanking } from './model-ranking.ts';
import type { Opponent, RankedModel } from './ranking.ts';

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

builder.queryField('modelRanking', (t) =>
  t.field({
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
);
