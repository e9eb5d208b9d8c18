// The mutations that start and end conversations and add messages: each calls its command and returns what it wrote.
import { builder } from '../graphql/builder.ts';
import { addMessage, endConversation, startConversation } from './commands.ts';
import { Conversation, Message, RoleEnum } from './graphql.ts';

const StartConversationInput = builder.inputType('StartConversationInput', {
  description: 'Conversation to start.',
  fields: (t) => ({
    id: t.id({
      description:
        'ULID chosen by the client, which makes the request safe to repeat. Defaults to a new one.',
    }),
    topic: t.string({
      description:
        'Name of the topic for its events, which is created if it does not exist. Defaults to `default`.',
    }),
    model: t.id({ required: true, description: 'Id of a model that this server offers.' }),
    systemPrompt: t.string({
      description: 'Instructions to the model, which become the first message. At most MAX_MESSAGE_BYTES.',
    }),
    title: t.string({ description: 'Title of at most 1,000 bytes.' }),
    metadata: t.field({
      type: 'JSON',
      description: 'Object of at most 64 KiB as JSON, stored verbatim. Defaults to {}.',
    }),
    username: t.string({
      description: "Owner's username. Defaults to the viewer's; only SERVICE and ADMIN may give another.",
    }),
  }),
});

const AddMessageInput = builder.inputType('AddMessageInput', {
  description: 'Message that was written elsewhere, to be stored verbatim.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'ULID of the conversation that it belongs to.' }),
    role: t.field({ type: RoleEnum, required: true, description: 'Role of the author.' }),
    content: t.string({ required: true, description: 'Text: not empty, at most MAX_MESSAGE_BYTES.' }),
    id: t.id({
      description:
        'ULID chosen by the client, which makes the request safe to repeat. Defaults to a new one.',
    }),
    parentId: t.id({
      description:
        'ULID of the message that it follows. Defaults to the newest message; null starts a new thread.',
    }),
    model: t.id({ description: 'Id of the model that produced it, whether or not this server offers it.' }),
    metadata: t.field({
      type: 'JSON',
      description: 'Object of at most 64 KiB as JSON, stored verbatim. Defaults to {}.',
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'Instant at which it was written. Defaults to now.',
    }),
  }),
});

const EndConversationInput = builder.inputType('EndConversationInput', {
  description: 'Conversation to end.',
  fields: (t) => ({ id: t.id({ required: true, description: 'ULID of the conversation.' }) }),
});

function conversationPayload(name: string, description: string) {
  return builder.objectRef<{ conversationId: string }>(name).implement({
    description,
    fields: (t) => ({
      conversation: t.prismaField({
        type: Conversation,
        description: 'The conversation.',
        resolve: (query, { conversationId: id }, _args, { services }) =>
          services.prisma.conversation.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });
}

const StartConversationPayload = conversationPayload(
  'StartConversationPayload',
  'Result of startConversation.',
);
const EndConversationPayload = conversationPayload('EndConversationPayload', 'Result of endConversation.');

const AddMessagePayload = builder.objectRef<{ messageId: string }>('AddMessagePayload').implement({
  description: 'Result of addMessage.',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The message.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationFields((t) => ({
  startConversation: t.field({
    type: StartConversationPayload,
    description: 'Starts a conversation.',
    args: {
      input: t.arg({ type: StartConversationInput, required: true, description: 'The conversation.' }),
    },
    resolve: async (_root, { input }, { viewer, services }) => ({
      conversationId: await startConversation(services, viewer, input),
    }),
  }),
  addMessage: t.field({
    type: AddMessagePayload,
    description: 'Adds a message that was written elsewhere. No model is asked for a reply.',
    args: { input: t.arg({ type: AddMessageInput, required: true, description: 'The message.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      messageId: await addMessage(services, viewer, input),
    }),
  }),
  endConversation: t.field({
    type: EndConversationPayload,
    description:
      'Ends a conversation. It accepts no more messages; a running reply is still finished, and feedback is still accepted. Repeating it changes nothing.',
    args: { input: t.arg({ type: EndConversationInput, required: true, description: 'The conversation.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      await endConversation(services, viewer, input.id);
      return { conversationId: input.id };
    },
  }),
}));
