// The mutations that give and withdraw feedback. Each calls a command and returns what was written.
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
import { authorInputs, commentInputs, correctionInputs, ratingInputs } from './fields-graphql.ts';
import { ConversationFeedback, Feedback, RecordedSignalEnum } from './graphql.ts';
import { configureTopic } from './topic-settings.ts';

const RateMessageInput = builder.inputType('RateMessageInput', {
  description: 'A rating to give or withdraw. Omitted fields are unchanged; null withdraws a field.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'Id of the reply.' }),
    ...ratingInputs(t),
    ...authorInputs(t),
  }),
});

const SubmitFeedbackInput = builder.inputType('SubmitFeedbackInput', {
  description: 'Feedback to give or withdraw. Omitted fields are unchanged; null withdraws a field.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'Id of the reply.' }),
    ...commentInputs(t),
    ...correctionInputs(t),
    ...authorInputs(t),
  }),
});

const PreferReplyInput = builder.inputType('PreferReplyInput', {
  description: 'A choice among the replies to one message.',
  fields: (t) => ({
    chosenId: t.id({ required: true, description: 'Id of the chosen reply.' }),
    rejectedIds: t.idList({
      description:
        'Ids of the other replies to the same message that it was compared with: 1 to 100. null withdraws the choice of `chosenId`.',
    }),
    tie: t.boolean({
      defaultValue: false,
      description: 'Whether all of them are equally good. Defaults to false.',
    }),
    ...authorInputs(t),
  }),
});

const RateConversationInput = builder.inputType('RateConversationInput', {
  description:
    'Feedback on a whole conversation to give or withdraw. Omitted fields are unchanged; null withdraws a field.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'Id of the conversation.' }),
    ...ratingInputs(t),
    ...commentInputs(t),
    ...authorInputs(t),
  }),
});

const RecordSignalInput = builder.inputType('RecordSignalInput', {
  description: 'A signal to record.',
  fields: (t) => ({
    messageId: t.id({ required: true, description: 'Id of the reply.' }),
    signal: t.field({
      type: RecordedSignalEnum,
      required: true,
      description: 'What was done with the reply.',
    }),
    username: t.string({
      description:
        'Username of the person who did it. Defaults to the viewer; only SERVICE and ADMIN may name others.',
    }),
  }),
});

const SuggestedTagInput = builder.inputType('SuggestedTagInput', {
  description: 'A tag that clients should offer.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Key that feedback stores in `tags`: 1 to 100 bytes.' }),
    label: t.string({ required: true, description: 'Text to display: 1 to 200 bytes.' }),
  }),
});

const ConfigureTopicInput = builder.inputType('ConfigureTopicInput', {
  description: 'Settings of a topic.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Name of the topic, which may have no events yet.' }),
    tags: t.field({
      type: [SuggestedTagInput],
      required: true,
      description:
        'Tags that clients should offer, in this order: at most 100. They replace the previous ones.',
    }),
  }),
});

function feedbackPayload(name: string, description: string) {
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
        description:
          'All current feedback of the author, in this role, on the reply; null if nothing is left.',
        resolve: (query, messageId_username_source, _args, { services }) =>
          services.prisma.feedback.findUnique({ ...query, where: { messageId_username_source } }),
      }),
    }),
  });
}

const RateMessagePayload = feedbackPayload(
  'RateMessagePayload',
  'The rated reply and the feedback of the author.',
);
const PreferReplyPayload = feedbackPayload(
  'PreferReplyPayload',
  'The chosen reply and the feedback of the author.',
);

const RateConversationPayload = builder
  .objectRef<ConversationFeedbackKey>('RateConversationPayload')
  .implement({
    description: 'The conversation and the feedback of the author.',
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
        description:
          'All current feedback of the author, in this role, on the whole conversation; null if nothing is left.',
        resolve: (query, conversationId_username_source, _args, { services }) =>
          services.prisma.conversationFeedback.findUnique({
            ...query,
            where: { conversationId_username_source },
          }),
      }),
    }),
  });

const RecordSignalPayload = builder.objectRef<{ messageId: string }>('RecordSignalPayload').implement({
  description: 'The reply for which a signal was recorded.',
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
  description: 'The configured topic.',
  fields: (t) => ({
    topic: t.prismaField({
      type: 'Topic',
      description: 'The topic.',
      resolve: (query, { name }, _args, { services }) =>
        services.prisma.topic.findUniqueOrThrow({ ...query, where: { name } }),
    }),
  }),
});

const SubmitFeedbackPayload = feedbackPayload(
  'SubmitFeedbackPayload',
  'The reply and the feedback of the author.',
);

builder.mutationFields((t) => ({
  rateMessage: t.field({
    type: RateMessagePayload,
    description: 'Likes, dislikes or scores a reply, also a stopped or failed one. null withdraws.',
    args: { input: t.arg({ type: RateMessageInput, required: true, description: 'The rating.' }) },
    resolve: (_root, { input }, { viewer, services }) => rateMessage(services, viewer, input),
  }),
  submitFeedback: t.field({
    type: SubmitFeedbackPayload,
    description: 'Comments on, tags or corrects a reply. null withdraws.',
    args: { input: t.arg({ type: SubmitFeedbackInput, required: true, description: 'The feedback.' }) },
    resolve: (_root, { input }, { viewer, services }) => submitFeedback(services, viewer, input),
  }),
  preferReply: t.field({
    type: PreferReplyPayload,
    description:
      "Chooses a reply over other replies to the same message, or declares a tie. It replaces the author's earlier choice among them. null as `rejectedIds` withdraws it.",
    args: { input: t.arg({ type: PreferReplyInput, required: true, description: 'The choice.' }) },
    resolve: (_root, { input }, { viewer, services }) => preferReply(services, viewer, input),
  }),
  rateConversation: t.field({
    type: RateConversationPayload,
    description:
      'Rates, scores, comments on or tags a whole conversation, also an ended one. null withdraws.',
    args: { input: t.arg({ type: RateConversationInput, required: true, description: 'The feedback.' }) },
    resolve: (_root, { input }, { viewer, services }) => rateConversation(services, viewer, input),
  }),
  recordSignal: t.field({
    type: RecordSignalPayload,
    description:
      'Records what someone did with a reply. A signal counts once per reply and author, separately from ratings; repeating it changes nothing.',
    args: { input: t.arg({ type: RecordSignalInput, required: true, description: 'The signal.' }) },
    resolve: (_root, { input }, { viewer, services }) => recordSignal(services, viewer, input),
  }),
  configureTopic: t.field({
    type: ConfigureTopicPayload,
    description: 'Sets the tags that clients should offer in a topic. For ADMIN.',
    args: { input: t.arg({ type: ConfigureTopicInput, required: true, description: 'The settings.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      name: await configureTopic(services, viewer, input),
    }),
  }),
}));
