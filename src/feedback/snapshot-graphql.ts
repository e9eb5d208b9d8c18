// Feedback on a message as it stood, by the same rule of who may see it as feedback on the message now.
import { ConversationSnapshot, MessageSnapshot } from '../conversation/snapshot-graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import { feedbackSourceSchema } from '../log/event.ts';
import type {
  ConversationFeedbackSnapshot as ConversationFeedbackShape,
  FeedbackSnapshot as FeedbackShape,
} from '../log/fold/snapshot.ts';
import { FeedbackSourceEnum, maxListed, RatingEnum } from './graphql.ts';

const FeedbackSnapshot = builder.objectRef<FeedbackShape>('FeedbackSnapshot').implement({
  description: 'What one author had said of one reply in one capacity.',
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
      description: 'Siblings that the author had chosen the reply over.',
    }),
    tiedWith: t.exposeIDList('tiedWith', {
      description: 'Siblings that the author had called as good as the reply.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first given.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it had last changed at that moment.',
    }),
  }),
});

const ConversationFeedbackSnapshot = builder
  .objectRef<ConversationFeedbackShape>('ConversationFeedbackSnapshot')
  .implement({
    description: 'What one author had said of a whole conversation in one capacity.',
    fields: (t) => ({
      username: t.exposeString('username', { description: 'The author.' }),
      source: t.expose('source', { type: FeedbackSourceEnum, description: 'In which capacity.' }),
      rating: t.expose('rating', { type: RatingEnum, nullable: true, description: 'The verdict, or null.' }),
      score: t.exposeFloat('score', { nullable: true, description: '0 (worst) to 1 (best), or null.' }),
      comment: t.exposeString('comment', { nullable: true, description: 'In their own words, or null.' }),
      tags: t.exposeStringList('tags', { description: 'Keys of reasons.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first given.' }),
      updatedAt: t.expose('updatedAt', {
        type: 'DateTime',
        description: 'When it had last changed at that moment.',
      }),
    }),
  });

const sources = feedbackSourceSchema.options;

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function newestFirst(one: ConversationFeedbackShape, other: ConversationFeedbackShape): number {
  return (
    other.updatedAt.getTime() - one.updatedAt.getTime() ||
    compareText(one.username, other.username) ||
    sources.indexOf(one.source) - sources.indexOf(other.source)
  );
}

function shownTo<T extends ConversationFeedbackShape>(viewer: Viewer, feedback: readonly T[]): T[] {
  return feedback
    .filter(({ username }) => mayReadAll(viewer) || username === viewer.username)
    .sort(newestFirst)
    .slice(0, maxListed);
}

builder.objectField(MessageSnapshot, 'feedback', (t) =>
  t.field({
    type: [FeedbackSnapshot],
    description:
      'Feedback that there was and the viewer may see, newest first, at most 100: a USER sees their own.',
    resolve: ({ feedback }, _args, { viewer }) => shownTo(viewer, feedback),
  }),
);

builder.objectField(ConversationSnapshot, 'feedback', (t) =>
  t.field({
    type: [ConversationFeedbackSnapshot],
    description:
      'Feedback on the whole of it that there was and the viewer may see, newest first, at most 100: a USER sees their own.',
    resolve: ({ feedback }, _args, { viewer }) => shownTo(viewer, feedback),
  }),
);
