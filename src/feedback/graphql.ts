// Feedback as it is read on its message, and the mutations that give it.
import { Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mayReadAll } from '../identity/viewer.ts';
import { type FeedbackKey, rateMessage, submitFeedback } from './commands.ts';

export const RatingEnum = builder.enumType('Rating', {
  description: 'A verdict on a reply.',
  values: {
    LIKE: { value: 'like', description: 'Good.' },
    DISLIKE: { value: 'dislike', description: 'Bad.' },
  } as const,
});

export const FeedbackSourceEnum = builder.enumType('FeedbackSource', {
  description: 'In which capacity feedback was given. Sources are never mixed in one number.',
  values: {
    END_USER: { value: 'end_user', description: 'By a person who used the application.' },
    REVIEWER: { value: 'reviewer', description: 'By a person who reviews replies.' },
    JUDGE: { value: 'judge', description: 'By a model.' },
  } as const,
});

const Feedback = builder.prismaObject('Feedback', {
  select: { messageId: true, username: true, source: true },
  description: 'What one author says of one reply in one capacity.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The author.' }),
    source: t.expose('source', { type: FeedbackSourceEnum, description: 'In which capacity.' }),
    rating: t.expose('rating', { type: RatingEnum, nullable: true, description: 'The verdict, or null.' }),
    score: t.exposeFloat('score', { nullable: true, description: '0 (worst) to 1 (best), or null.' }),
    comment: t.exposeString('comment', { nullable: true, description: 'In their own words, or null.' }),
    tags: t.exposeStringList('tags', { description: 'Keys of reasons.' }),
    correction: t.exposeString('correction', {
      nullable: true,
      description: 'What the reply should have been, or null.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first given.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    message: t.relation('message', { description: 'The reply.' }),
  }),
});

type RatingSummaryShape = {
  likes: number;
  dislikes: number;
  scores: number;
  averageScore: number | null;
  comments: number;
  corrections: number;
};

const RatingSummary = builder.objectRef<RatingSummaryShape>('RatingSummary').implement({
  description: 'How often a reply was rated, and how, from one source.',
  fields: (t) => ({
    likes: t.exposeInt('likes', { description: 'How many like it.' }),
    dislikes: t.exposeInt('dislikes', { description: 'How many dislike it.' }),
    scores: t.exposeInt('scores', { description: 'How many scored it.' }),
    averageScore: t.exposeFloat('averageScore', {
      nullable: true,
      description: 'The mean of the scores, 0 to 1; null where there are none.',
    }),
    comments: t.exposeInt('comments', { description: 'How many commented on it.' }),
    corrections: t.exposeInt('corrections', { description: 'How many corrected it.' }),
  }),
});

/** Feedback on one message that is read at most: newest first, and the rest counts only in statistics. */
export const largestList = 100;

builder.prismaObjectFields(Message, (t) => ({
  feedback: t.relation('feedback', {
    description: 'Feedback that the viewer may see, newest first, at most 100: a USER sees their own.',
    query: (_args, { viewer }) => ({
      where: mayReadAll(viewer) ? {} : { username: viewer.username },
      orderBy: [{ updatedAt: 'desc' }, { username: 'asc' }, { source: 'asc' }],
      take: largestList,
    }),
  }),
  myFeedback: t.field({
    type: Feedback,
    nullable: true,
    description: "The viewer's own feedback as END_USER, or null.",
    select: (_args, { viewer }, nestedSelection) => ({
      feedback: nestedSelection({ where: { username: viewer.username, source: 'end_user' } }),
    }),
    resolve: (message) => message.feedback[0] ?? null,
  }),
  ratingSummary: t.field({
    type: RatingSummary,
    description: 'All feedback on it from one source, counted.',
    args: {
      source: t.arg({
        type: FeedbackSourceEnum,
        required: true,
        defaultValue: 'end_user',
        description: 'Which source.',
      }),
    },
    select: ({ source }) => ({
      feedback: {
        where: { source },
        select: { rating: true, score: true, comment: true, correction: true },
      },
    }),
    resolve: ({ feedback }) => {
      const scores = feedback.flatMap(({ score }) => (score === null ? [] : [score]));
      return {
        likes: feedback.filter(({ rating }) => rating === 'like').length,
        dislikes: feedback.filter(({ rating }) => rating === 'dislike').length,
        scores: scores.length,
        averageScore:
          scores.length === 0 ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
        comments: feedback.filter(({ comment }) => comment !== null).length,
        corrections: feedback.filter(({ correction }) => correction !== null).length,
      };
    },
  }),
}));

const RateMessageInput = builder.inputType('RateMessageInput', {
  description: 'A rating to give or withdraw: what is left out stays, null withdraws.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: "The reply's id." }),
    rating: t.field({ type: RatingEnum, description: 'The verdict.' }),
    score: t.float({ description: '0 (worst) to 1 (best).' }),
    username: t.string({ description: 'The author, if not the viewer: for SERVICE and ADMIN.' }),
    source: t.field({
      type: FeedbackSourceEnum,
      description: 'In which capacity; END_USER where not given, others for SERVICE and ADMIN.',
    }),
  }),
});

const SubmitFeedbackInput = builder.inputType('SubmitFeedbackInput', {
  description: 'Feedback to give or withdraw: what is left out stays, null withdraws.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: "The reply's id." }),
    comment: t.string({ description: 'In their own words: not empty.' }),
    tags: t.stringList({ description: 'Keys of reasons: at most 20, of at most 100 bytes each.' }),
    correction: t.string({ description: 'What the reply should have been: not empty.' }),
    username: t.string({ description: 'The author, if not the viewer: for SERVICE and ADMIN.' }),
    source: t.field({
      type: FeedbackSourceEnum,
      description: 'In which capacity; END_USER where not given, others for SERVICE and ADMIN.',
    }),
  }),
});

function payload(name: string, description: string) {
  return builder.objectRef<FeedbackKey>(name).implement({
    description,
    fields: (t) => ({
      message: t.prismaField({
        type: Message,
        description: 'The reply.',
        resolve: (query, { messageId: id }, _args, { services }) =>
          services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      feedback: t.prismaField({
        type: Feedback,
        nullable: true,
        description: "All of the author's feedback on the reply now; null where nothing is left of it.",
        resolve: (query, messageId_username_source, _args, { services }) =>
          services.prisma.feedback.findUnique({ ...query, where: { messageId_username_source } }),
      }),
    }),
  });
}

const RateMessagePayload = payload('RateMessagePayload', 'What was rated.');
const SubmitFeedbackPayload = payload('SubmitFeedbackPayload', 'What was said of the reply.');

builder.mutationFields((t) => ({
  rateMessage: t.field({
    type: RateMessagePayload,
    description: 'Likes, dislikes or scores a reply, also one that was stopped or failed; null withdraws.',
    args: { input: t.arg({ type: RateMessageInput, required: true, description: 'The rating.' }) },
    resolve: (_root, { input }, { viewer, services }) => rateMessage(services, viewer, input),
  }),
  submitFeedback: t.field({
    type: SubmitFeedbackPayload,
    description: 'Comments on, tags or corrects a reply; null withdraws.',
    args: { input: t.arg({ type: SubmitFeedbackInput, required: true, description: 'The feedback.' }) },
    resolve: (_root, { input }, { viewer, services }) => submitFeedback(services, viewer, input),
  }),
}));
