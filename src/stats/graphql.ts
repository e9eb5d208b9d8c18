// The GraphQL types of rating statistics, and the arguments that the queries and the subscription share.
import { Model } from '../conversation/graphql.ts';
import { FeedbackSourceEnum } from '../feedback/fields-graphql.ts';
import { SignalEnum } from '../feedback/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { type Signal, signalSchema } from '../log/event.ts';
import { type Interval, standardErrorOfMean, wilson } from './interval.ts';
import type { RatingStatsResult as ResultShape, RatingStats as RowShape } from './read-rating-stats.ts';

export const StatsDimensionEnum = builder.enumType('StatsDimension', {
  description: 'Dimension by which statistics are divided into rows.',
  values: {
    MODEL: { value: 'model', description: 'One row per model that made replies.' },
    DAY: { value: 'day', description: 'One row per day of the time zone in which replies were made.' },
    HOUR: {
      value: 'hour',
      description: 'One row per hour in which replies were made. HOUR together with DAY is the same as HOUR.',
    },
    TAG: {
      value: 'tag',
      description:
        'One row per tag, which counts the feedback that carries it. Feedback may carry several tags, or none.',
    },
  } as const,
});

const SignalCount = builder.objectRef<{ signal: Signal; count: number }>('SignalCount').implement({
  description: 'Count of one signal.',
  fields: (t) => ({
    signal: t.expose('signal', { type: SignalEnum, description: 'Kind of signal.' }),
    count: t.exposeInt('count', {
      description: 'How often it was recorded, at most once per reply and author.',
    }),
  }),
});

function rateInterval({ likes, dislikes }: RowShape): Interval | undefined {
  return wilson({ count: likes, of: likes + dislikes });
}

function ratio(count: number, of: number): number | null {
  return of === 0 ? null : count / of;
}

export const RatingStats = builder.objectRef<RowShape>('RatingStats').implement({
  description: 'Counts of replies and of the feedback on them from one source.',
  fields: (t) => ({
    model: t.field({
      type: Model,
      nullable: true,
      description: 'Model that made the replies. Null unless the rows are by MODEL.',
      resolve: ({ model }) => (model === null ? null : { id: model, metadata: null }),
    }),
    bucket: t.expose('bucket', {
      type: 'DateTime',
      nullable: true,
      description:
        'Start of the day or hour in which the replies were made. Null unless the rows are by DAY or HOUR.',
    }),
    tag: t.exposeString('tag', {
      nullable: true,
      description: 'Tag that the counted feedback carries. Null unless the rows are by TAG.',
    }),
    replies: t.exposeInt('replies', { description: 'Number of replies, rated or not.' }),
    rated: t.exposeInt('rated', {
      nullable: true,
      description:
        'Number of replies with a rating or a score from this source. Null if the rows are by TAG.',
    }),
    responseRate: t.float({
      nullable: true,
      description:
        'Share of replies that were rated: rated / replies. Null if there are no replies, or if the rows are by TAG.',
      resolve: ({ rated, replies }) => (rated === null ? null : ratio(rated, replies)),
    }),
    feedback: t.int({
      description: 'Number of feedback records: one per reply, author and source.',
      resolve: ({ records }) => records,
    }),
    likes: t.exposeInt('likes', { description: 'Number of LIKE ratings.' }),
    dislikes: t.exposeInt('dislikes', { description: 'Number of DISLIKE ratings.' }),
    likeRate: t.float({
      nullable: true,
      description: 'likes / (likes + dislikes). Null if there are no ratings.',
      resolve: ({ likes, dislikes }) => ratio(likes, likes + dislikes),
    }),
    likeRateLow: t.float({
      nullable: true,
      description:
        'Lower bound of the 95 % confidence interval of the like rate. Null if there are no ratings. The score interval of E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212.',
      resolve: (row) => rateInterval(row)?.low ?? null,
    }),
    likeRateHigh: t.float({
      nullable: true,
      description: 'Upper bound of the interval that begins at likeRateLow. Null if there are no ratings.',
      resolve: (row) => rateInterval(row)?.high ?? null,
    }),
    scores: t.exposeInt('scores', { description: 'Number of scores.' }),
    averageScore: t.float({
      nullable: true,
      description: 'Mean of the scores, 0 to 1. Null if there are none. Scores are rounded to millionths.',
      resolve: ({ scoreSum, scores }) => ratio(scoreSum, scores),
    }),
    averageScoreError: t.float({
      nullable: true,
      description:
        'Standard error of averageScore: two of them to either side make an interval of about 95 %. Null if there are fewer than two scores.',
      resolve: ({ scores, scoreSum, scoreSquares }) =>
        standardErrorOfMean(scores, scoreSum, scoreSquares) ?? null,
    }),
    scoreHistogram: t.exposeIntList('scoreHistogram', {
      description:
        'Ten counts of scores: at least 0 and below 0.1, at least 0.1 and below 0.2, and so on. A score of 1 is in the last.',
    }),
    comments: t.exposeInt('comments', { description: 'Number of comments.' }),
    corrections: t.exposeInt('corrections', { description: 'Number of corrections.' }),
    signals: t.field({
      type: [SignalCount],
      description:
        'Counts of signals, such as COPIED or REGENERATED, from all sources. They are not part of any other number. Signals that did not occur are left out. Empty if the rows are by TAG.',
      resolve: ({ signals }) =>
        signalSchema.options.flatMap((signal) => {
          const count = signals[signal];
          return count === undefined ? [] : [{ signal, count }];
        }),
    }),
  }),
});

export const RatingStatsResult = builder.objectRef<ResultShape>('RatingStatsResult').implement({
  description: 'Rating statistics, and the offset in the log up to which events are counted.',
  fields: (t) => ({
    offset: t.expose('offset', {
      type: 'Offset',
      nullable: true,
      description:
        'Offset of the newest event of the topic that is counted. Null if the topic has no events.',
    }),
    from: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Start of the counted period: the argument `from`, moved back to a half hour. Null if unbounded.',
      resolve: ({ query: { from } }) => (from === undefined ? null : new Date(from)),
    }),
    to: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'End of the counted period, exclusive: the argument `to`, moved forward to a half hour. Null if unbounded.',
      resolve: ({ query: { to } }) => (to === undefined ? null : new Date(to)),
    }),
    rows: t.field({
      type: [RatingStats],
      description: 'Rows in the order of model, tag and time. Exactly one if `by` is empty.',
      resolve: ({ rows }) => [...rows],
    }),
  }),
});

export const topicArg = {
  required: true,
  defaultValue: 'default',
  description: 'Name of the topic.',
} as const;
export const sourceArg = {
  type: FeedbackSourceEnum,
  required: true,
  defaultValue: 'end_user',
  description: 'Source of the counted feedback. Different sources are never counted together.',
} as const;

/** The arguments of the query and of the subscription `ratingStats`. */
export const statsArgs = builder.args((t) => ({
  topic: t.string(topicArg),
  models: t.idList({ description: 'Only replies of these models, at most 100. Defaults to all models.' }),
  from: t.field({
    type: 'DateTime',
    description:
      'Only replies that were made at this instant or later. It is moved back to a half hour of UTC, since counts are kept per half hour.',
  }),
  to: t.field({
    type: 'DateTime',
    description:
      'Only replies that were made before this instant. It is moved forward to a half hour of UTC.',
  }),
  source: t.field(sourceArg),
  by: t.field({
    type: [StatsDimensionEnum],
    required: true,
    defaultValue: [],
    description: 'Dimensions that divide the rows. If empty, there is one row for everything.',
  }),
  timeZone: t.string({
    required: true,
    defaultValue: 'UTC',
    description:
      'Time zone of days and hours: a name of the IANA database. Zones with an offset of a quarter of an hour (Kathmandu, Chatham, Eucla) are refused.',
  }),
  zeroFill: t.boolean({
    required: true,
    defaultValue: false,
    description:
      'Whether days or hours without replies get a row too, from `from`, which is then required, to `to`, or to now if it is omitted. At most ten years.',
  }),
}));
