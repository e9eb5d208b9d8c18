// The types of feedback, and the feedback fields of messages, conversations and topics.
import { Conversation, Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import { conversationFeedbackFields, FeedbackSourceEnum, feedbackFields } from './fields-graphql.ts';
import type { RatingSummary as RatingSummaryShape } from './summary.ts';
import { readSuggestedTags, type SuggestedTag as SuggestedTagShape } from './topic-settings.ts';

const recordedSignals = {
  COPIED: { value: 'copied', description: 'Copied the text of the reply.' },
  SHARED: { value: 'shared', description: 'Shared the reply with others.' },
  INSERTED: { value: 'inserted', description: 'Inserted the reply into a document or a form.' },
  READ_ALOUD: { value: 'read_aloud', description: 'Had the reply read aloud.' },
} as const;

export const RecordedSignalEnum = builder.enumType('RecordedSignal', {
  description: 'What someone did with a reply, recorded by clients with `recordSignal`.',
  values: recordedSignals,
});

export const SignalEnum = builder.enumType('Signal', {
  description: 'What someone did with a reply. A signal is a hint at its quality, not a rating.',
  values: {
    REGENERATED: {
      value: 'regenerated',
      description:
        'Requested another reply to the same message; also if that reply was captured or imported.',
    },
    EDITED: {
      value: 'edited',
      description: 'Rewrote the prompt of the reply; also if the new prompt was captured or imported.',
    },
    STOPPED: { value: 'stopped', description: 'Stopped the reply before its end.' },
    ENDED: {
      value: 'ended',
      description: 'Ended the conversation within a minute after the reply, its last message.',
    },
    ...recordedSignals,
  } as const,
});

export const Feedback = builder.prismaObject('Feedback', {
  // Always loaded, because the cursor of a list is made of them.
  select: { messageId: true, username: true, source: true, createdAt: true },
  description: 'Feedback of one author, in one role, on one reply.',
  fields: (t) => ({
    ...feedbackFields(t),
    message: t.relation('message', { description: 'The reply.' }),
  }),
});

export const ConversationFeedback = builder.prismaObject('ConversationFeedback', {
  select: { conversationId: true, username: true, source: true },
  description:
    'Feedback of one author, in one role, on a whole conversation. It does not count in the statistics of replies.',
  fields: (t) => ({
    ...conversationFeedbackFields(t),
    conversation: t.relation('conversation', { description: 'The conversation.' }),
  }),
});

export const SuggestedTag = builder.objectRef<SuggestedTagShape>('SuggestedTag').implement({
  description: 'A tag that clients should offer.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Key that feedback stores in `tags`.' }),
    label: t.exposeString('label', { description: 'Text to display.' }),
  }),
});

builder.prismaObjectField('Topic', 'suggestedTags', (t) =>
  t.field({
    type: [SuggestedTag],
    description: 'Tags that clients should offer, in this order; set by `configureTopic`.',
    resolve: ({ name }, _args, { services }) => readSuggestedTags(services, name),
  }),
);

const RatingSummary = builder.objectRef<RatingSummaryShape>('RatingSummary').implement({
  description: 'Counts of the feedback on one reply from one source.',
  fields: (t) => ({
    likes: t.exposeInt('likes', { description: 'Number of authors who like it.' }),
    dislikes: t.exposeInt('dislikes', { description: 'Number of authors who dislike it.' }),
    scores: t.exposeInt('scores', { description: 'Number of authors who scored it.' }),
    averageScore: t.exposeFloat('averageScore', {
      nullable: true,
      description: 'Mean of the scores, 0 to 1; null if there are none.',
    }),
    comments: t.exposeInt('comments', { description: 'Number of authors who commented on it.' }),
    corrections: t.exposeInt('corrections', { description: 'Number of authors who corrected it.' }),
  }),
});

/** Maximum number of feedback records listed on one message; older ones only count in statistics. */
export const maxListed = 100;

function visibleFeedback(viewer: Viewer): { username?: string } {
  return mayReadAll(viewer) ? {} : { username: viewer.username };
}

const newestFirst = [{ updatedAt: 'desc' }, { username: 'asc' }, { source: 'asc' }] as const;

builder.prismaObjectFields(Message, (t) => ({
  feedback: t.relation('feedback', {
    description:
      'Feedback that the viewer may see, the last changed first, at most 100. A USER sees only their own.',
    query: (_args, { viewer }) => ({
      where: visibleFeedback(viewer),
      orderBy: [...newestFirst],
      take: maxListed,
    }),
  }),
  myFeedback: t.field({
    type: Feedback,
    nullable: true,
    description: 'Feedback of the viewer as END_USER; null if there is none.',
    select: (_args, { viewer }, nestedSelection) => ({
      feedback: nestedSelection({ where: { username: viewer.username, source: 'end_user' } }),
    }),
    resolve: (message) => message.feedback[0] ?? null,
  }),
  ratingSummary: t.field({
    type: RatingSummary,
    description: 'Counts of the feedback on it from one source.',
    args: {
      source: t.arg({
        type: FeedbackSourceEnum,
        required: true,
        defaultValue: 'end_user',
        description: 'Source to count.',
      }),
    },
    resolve: ({ id }, { source }, { services }) => services.summarize(source, id),
  }),
}));

builder.prismaObjectFields(Conversation, (t) => ({
  feedback: t.relation('feedback', {
    description:
      'Feedback on the whole conversation that the viewer may see, the last changed first, at most 100. A USER sees only their own.',
    query: (_args, { viewer }) => ({
      where: visibleFeedback(viewer),
      orderBy: [...newestFirst],
      take: maxListed,
    }),
  }),
  myFeedback: t.field({
    type: ConversationFeedback,
    nullable: true,
    description: 'Feedback of the viewer on the whole conversation as END_USER; null if there is none.',
    select: (_args, { viewer }, nestedSelection) => ({
      feedback: nestedSelection({ where: { username: viewer.username, source: 'end_user' } }),
    }),
    resolve: (conversation) => conversation.feedback[0] ?? null,
  }),
}));
