// Feedback in snapshots of conversations. The same viewers may see it as may see current feedback.
import { ConversationSnapshot, MessageSnapshot } from '../conversation/snapshot-graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import { feedbackSourceSchema } from '../log/feedback-fields.ts';
import type {
  ConversationFeedbackSnapshot as ConversationFeedbackShape,
  FeedbackSnapshot as FeedbackShape,
} from '../log/fold/snapshot.ts';
import { conversationFeedbackFields, feedbackFields } from './fields-graphql.ts';
import { maxListed } from './graphql.ts';

const FeedbackSnapshot = builder.objectRef<FeedbackShape>('FeedbackSnapshot').implement({
  description: 'Feedback of one author, in one role, on one reply, as it was at the moment of the snapshot.',
  fields: feedbackFields,
});

const ConversationFeedbackSnapshot = builder
  .objectRef<ConversationFeedbackShape>('ConversationFeedbackSnapshot')
  .implement({
    description:
      'Feedback of one author, in one role, on a whole conversation, as it was at the moment of the snapshot.',
    fields: conversationFeedbackFields,
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

function visibleTo<T extends ConversationFeedbackShape>(viewer: Viewer, feedback: readonly T[]): T[] {
  return feedback
    .filter(({ username }) => mayReadAll(viewer) || username === viewer.username)
    .sort(newestFirst)
    .slice(0, maxListed);
}

builder.objectField(MessageSnapshot, 'feedback', (t) =>
  t.field({
    type: [FeedbackSnapshot],
    description:
      'Feedback at that moment that the viewer may see, the last changed first, at most 100. A USER sees only their own.',
    resolve: ({ feedback }, _args, { viewer }) => visibleTo(viewer, feedback),
  }),
);

builder.objectField(ConversationSnapshot, 'feedback', (t) =>
  t.field({
    type: [ConversationFeedbackSnapshot],
    description:
      'Feedback on the whole conversation at that moment that the viewer may see, the last changed first, at most 100. A USER sees only their own.',
    resolve: ({ feedback }, _args, { viewer }) => visibleTo(viewer, feedback),
  }),
);
