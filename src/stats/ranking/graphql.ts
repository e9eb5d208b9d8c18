// The query `modelRanking` and its GraphQL types.
import { Model } from '../../conversation/graphql.ts';
import { builder } from '../../graphql/builder.ts';
import { sourceArg, topicArg } from '../graphql.ts';
import { wilson } from '../interval.ts';
import { modelRanking } from './model-ranking.ts';
import type { Opponent, RankedModel } from './ranking.ts';

const PairRecord = builder.objectRef<Opponent>('PairRecord').implement({
  description: 'Record of a model against another.',
  fields: (t) => ({
    opponent: t.field({
      type: Model,
      description: 'The other model.',
      resolve: ({ model }) => ({ id: model, metadata: null }),
    }),
    wins: t.exposeInt('wins', { description: 'How often its reply was chosen over that of the opponent.' }),
    losses: t.exposeInt('losses', { description: "How often the opponent's reply was chosen over its own." }),
    ties: t.exposeInt('ties', { description: 'How often both replies were considered equally good.' }),
    winRate: t.float({
      nullable: true,
      description: 'wins / (wins + losses). Ties do not count. Null if there are only ties.',
      resolve: ({ wins, losses }) => (wins + losses === 0 ? null : wins / (wins + losses)),
    }),
    winRateLow: t.float({
      nullable: true,
      description:
        'Lower bound of the 95 % confidence interval of the win rate: the score interval of Wilson (1927). Null if there are only ties.',
      resolve: ({ wins, losses }) => wilson({ count: wins, of: wins + losses })?.low ?? null,
    }),
    winRateHigh: t.float({
      nullable: true,
      description: 'Upper bound of the interval that begins at winRateLow. Null if there are only ties.',
      resolve: ({ wins, losses }) => wilson({ count: wins, of: wins + losses })?.high ?? null,
    }),
  }),
});

const RankedModelRef = builder.objectRef<RankedModel>('RankedModel').implement({
  description:
    'Model, ranked by how often its replies were chosen over those of others. Strengths follow the model of Bradley and Terry (1952) with the ties of Davidson (1970), as logarithms: a model that is stronger by 0.69 is chosen twice as often.',
  fields: (t) => ({
    model: t.field({
      type: Model,
      description: 'The model.',
      resolve: ({ model }) => ({ id: model, metadata: null }),
    }),
    rank: t.exposeInt('rank', { description: 'Rank within its set, from 1, the strongest.' }),
    set: t.exposeInt('set', {
      description:
        'Number of the set of models that choices connect with it. Set 1 is the largest. Ranks and strengths of different sets can not be compared.',
    }),
    setSize: t.exposeInt('setSize', { description: 'Number of models in its set.' }),
    strength: t.exposeFloat('strength', {
      description: 'Strength, as a logarithm. The mean of its set is 0.',
    }),
    strengthLow: t.float({
      description:
        'Lower bound of the 95 % confidence interval of the strength, from the observed information.',
      resolve: ({ low }) => low,
    }),
    strengthHigh: t.float({
      description: 'Upper bound of the interval that begins at strengthLow.',
      resolve: ({ high }) => high,
    }),
    isAdjusted: t.exposeBoolean('isAdjusted', {
      description:
        'Whether the choices were adjusted. If some models of the set never won or never lost against the others, the most likely strengths are infinite: then half a win in each direction is added for every pair that met, and strengths and intervals are rough.',
    }),
    wins: t.exposeInt('wins', { description: 'How often its reply was chosen over that of another model.' }),
    losses: t.exposeInt('losses', {
      description: 'How often the reply of another model was chosen over its own.',
    }),
    ties: t.exposeInt('ties', {
      description: 'How often its reply and that of another model were considered equally good.',
    }),
    pairs: t.field({
      type: [PairRecord],
      description: 'Record against each model that it was compared with.',
      resolve: ({ opponents }) => opponents,
    }),
  }),
});

builder.queryField('modelRanking', (t) =>
  t.field({
    type: [RankedModelRef],
    description:
      'Models ranked by the choices between their replies: the largest set first, and in each set the strongest first. A choice that rejects several replies counts once for each. At most 200 models. For ANALYST, SERVICE and ADMIN.',
    args: {
      topic: t.arg.string(topicArg),
      from: t.arg({
        type: 'DateTime',
        description: 'Only choices of replies that were made at this instant or later.',
      }),
      to: t.arg({
        type: 'DateTime',
        description: 'Only choices of replies that were made before this instant.',
      }),
      source: t.arg(sourceArg),
      tags: t.arg.stringList({
        description:
          'Only choices whose author gave the chosen reply one of these tags. Defaults to all choices.',
      }),
      fromRatings: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'Whether ratings count as choices too: a LIKE and a DISLIKE of one author on two replies to the same message, if the author made no choice between the two.',
      }),
    },
    resolve: (_root, args, { viewer, services }) => modelRanking(services.pool, viewer, args),
  }),
);
