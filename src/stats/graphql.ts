// Rating statistics as types of the graph.
import { Model } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/fields-graphql.ts';
import { SignalEnum } from '../feedback/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { type Signal, signalSchema } from '../log/event.ts';
import { type Interval, standardErrorOfMean, wilson } from './interval.ts';
import type { RatingStatsResult as ResultShape, RatingStats as RowShape } from './read.ts';

export const StatsDimensionEnum = builder.enumType('StatsDimension', {
  description: 'By what statistics are divided into rows.',
  values: {
    MODEL: { value: 'model', description: 'A row for each model that made replies.' },
    DAY: { value: 'day', description: 'A row for each day, in the time zone, in which replies were made.' },
    HOUR: {
      value: 'hour',
      description: 'A row for each hour in which replies were made; with DAY: by hour.',
    },
    TAG: {
      value: 'tag',
      description:
        'A row for each tag, of the feedback that carries it; feedback may carry several, or none.',
    },
  } as const,
});

const SignalCount = builder.objectRef<{ signal: Signal; count: number }>('SignalCount').implement({
  description: 'How often people did something with replies.',
  fields: (t) => ({
    signal: t.expose('signal', { type: SignalEnum, description: 'What they did.' }),
    count: t.exposeInt('count', { description: 'Once per reply and author.' }),
  }),
});

function rateInterval({ likes, dislikes }: RowShape): Interval | undefined {
  return wilson({ count: likes, of: likes + dislikes });
}

function ratio(count: number, of: number): number | null {
  return of === 0 ? null : count / of;
}

export const RatingStats = builder.objectRef<RowShape>('RatingStats').implement({
  description: 'Replies that were made, and what one source of feedback says of them, counted.',
  fields: (t) => ({
    model: t.field({
      type: Model,
      nullable: true,
      description: 'Whose replies; null where not by MODEL.',
      resolve: ({ model }) => (model === null ? null : { id: model, metadata: null }),
    }),
    bucket: t.expose('bucket', {
      type: 'DateTime',
      nullable: true,
      description:
        'When the day or the hour begins in which the replies were made; null where not by DAY or HOUR.',
    }),
    tag: t.exposeString('tag', { nullable: true, description: 'Which tag; null where not by TAG.' }),
    replies: t.exposeInt('replies', { description: 'How many replies were made, rated or not.' }),
    rated: t.exposeInt('rated', {
      nullable: true,
      description: 'How many of them have a rating or a score from this source; null by TAG.',
    }),
    responseRate: t.float({
      nullable: true,
      description:
        'rated / replies: how few the numbers stand on. null where there are no replies, and by TAG.',
      resolve: ({ rated, replies }) => (rated === null ? null : ratio(rated, replies)),
    }),
    feedback: t.int({
      description: 'How many authors said something of a reply: records of feedback.',
      resolve: ({ records }) => records,
    }),
    likes: t.exposeInt('likes', { description: 'How many ratings are LIKE.' }),
    dislikes: t.exposeInt('dislikes', { description: 'How many ratings are DISLIKE.' }),
    likeRate: t.float({
      nullable: true,
      description: 'likes / (likes + dislikes); null where there are none.',
      resolve: ({ likes, dislikes }) => ratio(likes, likes + dislikes),
    }),
    likeRateLow: t.float({
      nullable: true,
      description:
        'Where the like rate may lie if more were asked, with 95 % confidence: from here. The score interval of E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212.',
      resolve: (row) => rateInterval(row)?.low ?? null,
    }),
    likeRateHigh: t.float({
      nullable: true,
      description: 'The other end of the interval that begins at likeRateLow.',
      resolve: (row) => rateInterval(row)?.high ?? null,
    }),
    scores: t.exposeInt('scores', { description: 'How many scores were given.' }),
    averageScore: t.float({
      nullable: true,
      description: 'Their mean, 0 to 1; null where there are none. Scores are counted to the millionth.',
      resolve: ({ scoreSum, scores }) => ratio(scoreSum, scores),
    }),
    averageScoreError: t.float({
      nullable: true,
      description:
        'The standard error of the mean: about two of them on both sides of it make an interval of 95 %. null where there are fewer than two scores.',
      resolve: ({ scores, scoreSum, scoreSquares }) =>
        standardErrorOfMean(scores, scoreSum, scoreSquares) ?? null,
    }),
    scoreHistogram: t.exposeIntList('scoreHistogram', {
      description: 'Ten counts of scores: of 0 to 0.1, and so on; a score of 1 is in the last.',
    }),
    comments: t.exposeInt('comments', { description: 'How many comments were given.' }),
    corrections: t.exposeInt('corrections', { description: 'How many corrections were given.' }),
    signals: t.field({
      type: [SignalCount],
      description:
        'What people did with the replies without a word on them, whoever they are: beside ratings, and counted in none. Signals that did not occur are left out; none by TAG.',
      resolve: ({ signals }) =>
        signalSchema.options.flatMap((signal) => {
          const count = signals[signal];
          return count === undefined ? [] : [{ signal, count }];
        }),
    }),
  }),
});

export const RatingStatsResult = builder.objectRef<ResultShape>('RatingStatsResult').implement({
  description: 'Rating statistics, and up to where in the log they hold.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description: 'The newest event of the topic that is counted; null where it has none.',
    }),
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Replies from here on are counted: `from`, moved back to a whole half hour; null: all.',
      resolve: ({ query: { from } }) => (from === undefined ? null : new Date(from)),
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Replies before are counted: `to`, moved forward to a whole half hour; null: all.',
      resolve: ({ query: { to } }) => (to === undefined ? null : new Date(to)),
    }),
    rows: t.field({
      type: [RatingStats],
      description: 'By model, tag and time, as far as they were asked for; a single one where by nothing.',
      resolve: ({ rows }) => [...rows],
    }),
  }),
});

/** The arguments of the query and of the subscription. */
export const statsArgs = builder.args((t) => ({
  topic: t.string({ required: true, defaultValue: 'default', description: 'Which topic.' }),
  models: t.idList({ description: 'Only replies of these models; of all where not given.' }),
  from: t.field({
    type: 'DateTime',
    description: 'Only replies that were made then or later. Half hours are counted whole: it is moved back.',
  }),
  to: t.field({
    type: 'DateTime',
    description: 'Only replies that were made before. Half hours are counted whole: it is moved forward.',
  }),
  source: t.field({
    type: FeedbackSourceEnum,
    required: true,
    defaultValue: 'end_user',
    description: 'Whose feedback: sources are never mixed.',
  }),
  by: t.field({
    type: [StatsDimensionEnum],
    required: true,
    defaultValue: [],
    description: 'What makes a row; where empty, there is one of everything.',
  }),
  timeZone: t.string({
    required: true,
    defaultValue: 'UTC',
    description:
      'In which days and hours begin: a name of the IANA database. Refused where it is a quarter of an hour off (Kathmandu, Chatham, Eucla).',
  }),
  zeroFill: t.boolean({
    required: true,
    defaultValue: false,
    description: 'Whether days or hours without replies have a row too. Needs `from`; ends at `to`, or now.',
  }),
}));
