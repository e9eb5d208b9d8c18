// The mutations that give and withdraw feedback: parse, call the command, return what it wrote.
import { Conversation, Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import {
  type ConversationFeedbackKey,
  type FeedbackKey,
  preferReply,
  rateConversation,
  rateMessage,
  recordSignal,
  submitFeedback,
} from './commands.ts';
import {
  ConversationFeedback,
  Feedback,
  FeedbackSourceEnum,
  RatingEnum,
  RecordedSignalEnum,
} from './graphql.ts';
import { configureTopic } from './topic-settings.ts';

const authorDescription = 'The author, if not the viewer: for SERVICE and ADMIN.';
const sourceDescription = 'In which capacity; END_USER where not given, others for SERVICE and ADMIN.';

const RateMessageInput = builder.inputType('RateMessageInput', {
  description: 'A rating to give or withdraw: what is left out stays, null withdraws.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: "The reply's id." }),
    rating: t.field({ type: RatingEnum, description: 'The verdict.' }),
    score: t.float({ description: '0 (worst) to 1 (best).' }),
    username: t.string({ description: authorDescription }),
    source: t.field({ type: FeedbackSourceEnum, description: sourceDescription }),
  }),
});

const SubmitFeedbackInput = builder.inputType('SubmitFeedbackInput', {
  description: 'Feedback to give or withdraw: what is left out stays, null withdraws.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: "The reply's id." }),
    comment: t.string({ description: 'In their own words: not empty.' }),
    tags: t.stringList({ description: 'Keys of reasons: at most 20, of at most 100 bytes each.' }),
    correction: t.string({ description: 'What the reply should have been: not empty.' }),
    username: t.string({ description: authorDescription }),
    source: t.field({ type: FeedbackSourceEnum, description: sourceDescription }),
  }),
});

const PreferReplyInput = builder.inputType('PreferReplyInput', {
  description: 'A choice among the replies to one message.',
  fields: (t) => ({
    chosenId: t.id({ required: true, description: 'The reply that is chosen.' }),
    rejectedIds: t.idList({
      description:
        'Other replies to the same message, which it is compared with: 1 to 100. null withdraws the choice that was made of `chosenId`.',
    }),
    tie: t.boolean({ defaultValue: false, description: 'Whether they are as good as the chosen one.' }),
    username: t.string({ description: authorDescription }),
    source: t.field({ type: FeedbackSourceEnum, description: sourceDescription }),
  }),
});

const RateConversationInput = builder.inputType('RateConversationInput', {
  description:
    'Feedback on a whole conversation to give or withdraw: what is left out stays, null withdraws.',
  fields: (t) => ({
    id: t.id({ required: true, description: "The conversation's id." }),
    rating: t.field({ type: RatingEnum, description: 'The verdict.' }),
    score: t.float({ description: '0 (worst) to 1 (best).' }),
    comment: t.string({ description: 'In their own words: not empty.' }),
    tags: t.stringList({ description: 'Keys of reasons: at most 20, of at most 100 bytes each.' }),
    username: t.string({ description: authorDescription }),
    source: t.field({ type: FeedbackSourceEnum, description: sourceDescription }),
  }),
});

const RecordSignalInput = builder.inputType('RecordSignalInput', {
  description: 'Something that someone did with a reply.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: "The reply's id." }),
    signal: t.field({ type: RecordedSignalEnum, required: true, description: 'What they did.' }),
    username: t.string({ description: 'Who did it, if not the viewer: for SERVICE and ADMIN.' }),
  }),
});

const SuggestedTagInput = builder.inputType('SuggestedTagInput', {
  description: 'A reason that clients should offer.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'What feedback carries: at most 100 bytes, not empty.' }),
    label: t.string({ required: true, description: 'What people read: at most 200 bytes, not empty.' }),
  }),
});

const ConfigureTopicInput = builder.inputType('ConfigureTopicInput', {
  description: 'The settings of a topic.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The topic; one without events may be configured ahead.' }),
    tags: t.field({
      type: [SuggestedTagInput],
      required: true,
      description:
        'The reasons that clients should offer, in this order, instead of those before: at most 100.',
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
const PreferReplyPayload = payload('PreferReplyPayload', 'What was chosen.');

const RateConversationPayload = builder
  .objectRef<ConversationFeedbackKey>('RateConversationPayload')
  .implement({
    description: 'What was said of the conversation.',
    fields: (t) => ({
      conversation: t.prismaField({
        type: Conversation,
        description: 'The conversation.',
        resolve: (query, { conversationId: id }, _args, { services }) =>
          services.prisma.conversation.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      feedback: t.prismaField({
        type: ConversationFeedback,
        nullable: true,
        description: "All of the author's feedback on the whole of it now; null where nothing is left of it.",
        resolve: (query, conversationId_username_source, _args, { services }) =>
          services.prisma.conversationFeedback.findUnique({
            ...query,
            where: { conversationId_username_source },
          }),
      }),
    }),
  });

const RecordSignalPayload = builder.objectRef<{ messageId: string }>('RecordSignalPayload').implement({
  description: 'What something was done with.',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The reply.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const ConfigureTopicPayload = builder.objectRef<{ name: string }>('ConfigureTopicPayload').implement({
  description: 'What was configured.',
  fields: (t) => ({
    topic: t.prismaField({
      type: 'Topic',
      description: 'The topic.',
      resolve: (query, { name }, _args, { services }) =>
        services.prisma.topic.findUniqueOrThrow({ ...query, where: { name } }),
    }),
  }),
});

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
  preferReply: t.field({
    type: PreferReplyPayload,
    description:
      "Chooses a reply over others to the same message, or calls them as good. It replaces the author's earlier choice among them; null as `rejectedIds` withdraws it.",
    args: { input: t.arg({ type: PreferReplyInput, required: true, description: 'The choice.' }) },
    resolve: (_root, { input }, { viewer, services }) => preferReply(services, viewer, input),
  }),
  rateConversation: t.field({
    type: RateConversationPayload,
    description:
      'Rates, scores, comments on or tags a whole conversation, also one that has ended; null withdraws.',
    args: { input: t.arg({ type: RateConversationInput, required: true, description: 'The feedback.' }) },
    resolve: (_root, { input }, { viewer, services }) => rateConversation(services, viewer, input),
  }),
  recordSignal: t.field({
    type: RecordSignalPayload,
    description:
      'Records that someone did something with a reply. It counts once per reply and author, beside ratings and in none of them; told again, it changes nothing.',
    args: { input: t.arg({ type: RecordSignalInput, required: true, description: 'The signal.' }) },
    resolve: (_root, { input }, { viewer, services }) => recordSignal(services, viewer, input),
  }),
  configureTopic: t.field({
    type: ConfigureTopicPayload,
    description: 'Sets what clients should offer in a topic: for ADMIN.',
    args: { input: t.arg({ type: ConfigureTopicInput, required: true, description: 'The settings.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      name: await configureTopic(services, viewer, input),
    }),
  }),
}));
