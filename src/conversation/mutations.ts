// The mutations that start, record and end conversations: parse, call the command, return what it wrote.
import { builder } from '../graphql/builder.ts';
import { addMessage, endConversation, startConversation } from './commands.ts';
import { Conversation, Message, RoleEnum } from './graphql.ts';

const StartConversationInput = builder.inputType('StartConversationInput', {
  description: 'A conversation to begin.',
  fields: (t) => ({
    id: t.id({ description: "A ULID of the client's choice, which makes the request safe to repeat." }),
    topic: t.string({ description: 'The log for its events, made when new; `default` where not given.' }),
    model: t.id({ required: true, description: 'The id of a model on offer.' }),
    systemPrompt: t.string({ description: 'Instructions to the model: becomes the first message.' }),
    title: t.string({ description: 'At most 1,000 bytes.' }),
    metadata: t.field({ type: 'JSON', description: 'An object of at most 64 KiB, kept as it is.' }),
    username: t.string({ description: 'Whose it is, if not the viewer: for SERVICE and ADMIN.' }),
  }),
});

const AddMessageInput = builder.inputType('AddMessageInput', {
  description: 'A message that was said elsewhere, to be kept as it is.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'Where it belongs.' }),
    role: t.field({ type: RoleEnum, required: true, description: 'Who spoke.' }),
    content: t.string({ required: true, description: 'The text: not empty, at most MAX_MESSAGE_BYTES.' }),
    id: t.id({ description: "A ULID of the client's choice, which makes the request safe to repeat." }),
    parentId: t.id({
      description: 'What it follows; the newest message where not given; null begins a thread of its own.',
    }),
    model: t.id({ description: 'The model that produced it, on offer here or not.' }),
    metadata: t.field({ type: 'JSON', description: 'An object of at most 64 KiB, kept as it is.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was said; now where not given.' }),
  }),
});

const EndConversationInput = builder.inputType('EndConversationInput', {
  description: 'A conversation to end.',
  fields: (t) => ({ id: t.id({ required: true, description: 'Its ULID.' }) }),
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

const StartConversationPayload = conversationPayload('StartConversationPayload', 'What was begun.');
const EndConversationPayload = conversationPayload('EndConversationPayload', 'What was ended.');

const AddMessagePayload = builder.objectRef<{ messageId: string }>('AddMessagePayload').implement({
  description: 'What was added.',
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
    description: 'Begins a conversation.',
    args: {
      input: t.arg({ type: StartConversationInput, required: true, description: 'The conversation.' }),
    },
    resolve: async (_root, { input }, { viewer, services }) => ({
      conversationId: await startConversation(services, viewer, input),
    }),
  }),
  addMessage: t.field({
    type: AddMessagePayload,
    description: 'Keeps a message that was said elsewhere; no model is asked.',
    args: { input: t.arg({ type: AddMessageInput, required: true, description: 'The message.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      messageId: await addMessage(services, viewer, input),
    }),
  }),
  endConversation: t.field({
    type: EndConversationPayload,
    description:
      'Ends a conversation: it takes no more messages, but a running reply still ends, and feedback is still taken.',
    args: { input: t.arg({ type: EndConversationInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input }, { viewer, services }) => {
      await endConversation(services, viewer, input.id);
      return { conversationId: input.id };
    },
  }),
}));
