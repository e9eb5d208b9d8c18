// Feedback as it is read on its message or its conversation.
import { Conversation, Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import type { RatingSummary as RatingSummaryShape } from './summary.ts';
import { readSuggestedTags, type SuggestedTag as SuggestedTagShape } from './topic-settings.ts';

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

const recorded = {
  COPIED: { value: 'copied', description: 'Copied its text.' },
  SHARED: { value: 'shared', description: 'Shared it with others.' },
  INSERTED: { value: 'inserted', description: 'Put it into a document or a form.' },
  READ_ALOUD: { value: 'read_aloud', description: 'Had it read to them.' },
} as const;

export const RecordedSignalEnum = builder.enumType('RecordedSignal', {
  description: 'What someone did with a reply, as clients tell of it.',
  values: recorded,
});

export const SignalEnum = builder.enumType('Signal', {
  description: 'What someone did with a reply, without a word on it: a hint, and no rating.',
  values: {
    REGENERATED: {
      value: 'regenerated',
      description: 'Asked for another reply beside it; also where that was captured or imported.',
    },
    EDITED: {
      value: 'edited',
      description: 'Wrote the prompt anew that it answers; also where that was captured or imported.',
    },
    STOPPED: { value: 'stopped', description: 'Stopped it before its end.' },
    ENDED: {
      value: 'ended',
      description: 'Ended the conversation within a minute, with it as the last message.',
    },
    ...recorded,
  } as const,
});

export const Feedback = builder.prismaObject('Feedback', {
  // With what makes its place in a list.
  select: { messageId: true, username: true, source: true, createdAt: true },
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
    preferredOver: t.exposeIDList('preferredOver', {
      description:
        'Siblings that the author chose the reply over. Among the replies to one message an author has one choice in each capacity: the newest.',
    }),
    tiedWith: t.exposeIDList('tiedWith', {
      description: 'Siblings that the author calls as good as the reply.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first given.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    message: t.relation('message', { description: 'The reply.' }),
  }),
});

export const ConversationFeedback = builder.prismaObject('ConversationFeedback', {
  select: { conversationId: true, username: true, source: true },
  description:
    'What one author says of a whole conversation in one capacity. It counts in no statistics of replies.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The author.' }),
    source: t.expose('source', { type: FeedbackSourceEnum, description: 'In which capacity.' }),
    rating: t.expose('rating', { type: RatingEnum, nullable: true, description: 'The verdict, or null.' }),
    score: t.exposeFloat('score', { nullable: true, description: '0 (worst) to 1 (best), or null.' }),
    comment: t.exposeString('comment', { nullable: true, description: 'In their own words, or null.' }),
    tags: t.exposeStringList('tags', { description: 'Keys of reasons.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first given.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    conversation: t.relation('conversation', { description: 'The conversation.' }),
  }),
});

export const SuggestedTag = builder.objectRef<SuggestedTagShape>('SuggestedTag').implement({
  description: 'A reason that clients offer to choose.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'What feedback carries.' }),
    label: t.exposeString('label', { description: 'What people read.' }),
  }),
});

builder.prismaObjectField('Topic', 'suggestedTags', (t) =>
  t.field({
    type: [SuggestedTag],
    description: 'The reasons that clients should offer, in this order; set by `configureTopic`.',
    resolve: ({ name }, _args, { services }) => readSuggestedTags(services, name),
  }),
);

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
export const maxListed = 100;

function visibleFeedback(viewer: Viewer): { username?: string } {
  return mayReadAll(viewer) ? {} : { username: viewer.username };
}

const newestFirst = [{ updatedAt: 'desc' }, { username: 'asc' }, { source: 'asc' }] as const;

builder.prismaObjectFields(Message, (t) => ({
  feedback: t.relation('feedback', {
    description: 'Feedback that the viewer may see, newest first, at most 100: a USER sees their own.',
    query: (_args, { viewer }) => ({
      where: visibleFeedback(viewer),
      orderBy: [...newestFirst],
      take: maxListed,
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
    resolve: ({ id }, { source }, { services }) => services.summarize(source, id),
  }),
}));

builder.prismaObjectFields(Conversation, (t) => ({
  feedback: t.relation('feedback', {
    description:
      'Feedback on the whole of it that the viewer may see, newest first, at most 100: a USER sees their own.',
    query: (_args, { viewer }) => ({
      where: visibleFeedback(viewer),
      orderBy: [...newestFirst],
      take: maxListed,
    }),
  }),
  myFeedback: t.field({
    type: ConversationFeedback,
    nullable: true,
    description: "The viewer's own feedback on the whole of it as END_USER, or null.",
    select: (_args, { viewer }, nestedSelection) => ({
      feedback: nestedSelection({ where: { username: viewer.username, source: 'end_user' } }),
    }),
    resolve: (conversation) => conversation.feedback[0] ?? null,
  }),
}));
