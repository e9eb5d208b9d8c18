// Feedback on a message as it stood, by the same rule of who may see it as feedback on the message now.
import { MessageSnapshot } from '../../conversation/snapshot/graphql.ts';
import { builder } from '../../graphql/builder.ts';
import { mayReadAll } from '../../identity/viewer.ts';
import { feedbackSourceSchema } from '../../log/event.ts';
import type { FeedbackSnapshot as FeedbackShape } from '../../log/snapshot.ts';
import { FeedbackSourceEnum, largestList, RatingEnum } from '../graphql.ts';

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

function newestFirst(one: FeedbackShape, other: FeedbackShape): number {
  return (
    other.updatedAt.getTime() - one.updatedAt.getTime() ||
    compareText(one.username, other.username) ||
    sources.indexOf(one.source) - sources.indexOf(other.source)
  );
}

builder.objectField(MessageSnapshot, 'feedback', (t) =>
  t.field({
    type: [FeedbackSnapshot],
    description:
      'Feedback that there was and the viewer may see, newest first, at most 100: a USER sees their own.',
    resolve: ({ feedback }, _args, { viewer }) =>
      feedback
        .filter(({ username }) => mayReadAll(viewer) || username === viewer.username)
        .sort(newestFirst)
        .slice(0, largestList),
  }),
);
