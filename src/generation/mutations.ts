// The mutations that start and stop replies. Each calls one command and returns what it wrote.
import { Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { regenerateReply, sendMessage, stopGeneration } from './commands.ts';

const GenerationParameters = builder.inputType('GenerationParameters', {
  description:
    "Parameters of the request to the model. For one that is omitted or null, the model's default is used.",
  fields: (t) => ({
    temperature: t.float({ description: 'Randomness, 0 to 2: a higher value gives more varied replies.' }),
    maxTokens: t.int({ description: 'Maximum number of tokens in the reply, 1 to 10,000,000.' }),
    topP: t.float({
      description: 'Probability mass, 0 to 1: only the most likely tokens that add up to it are considered.',
    }),
    stop: t.stringList({
      description: 'Stop sequences, at most 4 of 1,000 bytes each: the reply ends before the first of them.',
    }),
    seed: t.int({
      description:
        'Seed of the sampling: the same seed asks for the same choices, as far as the model supports it.',
    }),
  }),
});

const SendMessageInput = builder.inputType('SendMessageInput', {
  description: 'Prompt for a model, and how it is to reply.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'Conversation to add the prompt to.' }),
    content: t.string({
      required: true,
      description: 'Text of the prompt: not empty, at most MAX_MESSAGE_BYTES bytes of UTF-8.',
    }),
    id: t.id({
      description:
        "Id of the prompt: a ULID of the client's choice, which makes the request safe to repeat. Defaults to a new one.",
    }),
    replyId: t.id({ description: 'Id of the reply: a ULID. Defaults to one that is derived from `id`.' }),
    parentId: t.id({
      description:
        'Message that the prompt follows. Defaults to the newest message of the conversation; an earlier one starts a branch, null a thread of its own.',
    }),
    model: t.id({ description: "Id of a model on offer. Defaults to the conversation's model." }),
    parameters: t.field({
      type: GenerationParameters,
      description: 'Parameters of the request to the model.',
    }),
  }),
});

const RegenerateReplyInput = builder.inputType('RegenerateReplyInput', {
  description: 'Reply to generate again, as a sibling of the existing one.',
  fields: (t) => ({
    messageId: t.id({
      required: true,
      description: 'Existing reply. It must follow a message; if it is STREAMING, it continues.',
    }),
    replyId: t.id({
      description:
        "Id of the new reply: a ULID of the client's choice, which makes the request safe to repeat. Defaults to a new one.",
    }),
    model: t.id({
      description:
        "Id of a model on offer. Defaults to the model of the existing reply or, if it has none, the conversation's model.",
    }),
    parameters: t.field({
      type: GenerationParameters,
      description:
        'Parameters of the request to the model, replacing all of them. Defaults to those of the existing reply.',
    }),
  }),
});

const StopGenerationInput = builder.inputType('StopGenerationInput', {
  description: 'Reply to stop.',
  fields: (t) => ({ messageId: t.id({ required: true, description: 'Id of the reply.' }) }),
});

const SendMessagePayload = builder
  .objectRef<{ messageId: string; replyId: string }>('SendMessagePayload')
  .implement({
    description: 'The prompt, and the reply that is being generated.',
    fields: (t) => ({
      message: t.prismaField({
        type: Message,
        description: 'The prompt.',
        resolve: (query, { messageId: id }, _args, { services }) =>
          services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      reply: t.prismaField({
        type: Message,
        description: 'The reply, STREAMING: follow its text with the subscription `generation`.',
        resolve: (query, { replyId: id }, _args, { services }) =>
          services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const RegenerateReplyPayload = builder.objectRef<{ replyId: string }>('RegenerateReplyPayload').implement({
  description: 'The reply that is being generated.',
  fields: (t) => ({
    reply: t.prismaField({
      type: Message,
      description: 'The new reply, STREAMING: follow its text with the subscription `generation`.',
      resolve: (query, { replyId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const StopGenerationPayload = builder.objectRef<{ messageId: string }>('StopGenerationPayload').implement({
  description: 'The reply that was stopped.',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The reply, with its text so far.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationFields((t) => ({
  sendMessage: t.field({
    type: SendMessagePayload,
    description:
      'Adds a prompt and sends its whole thread to a model. Returns at once: the reply is generated in the background, whether or not anybody follows it.',
    args: {
      input: t.arg({ type: SendMessageInput, required: true, description: 'Prompt and how to reply to it.' }),
    },
    resolve: (_root, { input }, { viewer, services }) => sendMessage(services, viewer, input),
  }),
  regenerateReply: t.field({
    type: RegenerateReplyPayload,
    description:
      'Generates another reply to the same thread, a sibling of the existing one. Returns at once: the reply is generated in the background.',
    args: {
      input: t.arg({ type: RegenerateReplyInput, required: true, description: 'Reply to generate again.' }),
    },
    resolve: (_root, { input }, { viewer, services }) => regenerateReply(services, viewer, input),
  }),
  stopGeneration: t.field({
    type: StopGenerationPayload,
    description: 'Stops a reply and keeps its text so far. A reply that has ended is left unchanged.',
    args: { input: t.arg({ type: StopGenerationInput, required: true, description: 'Reply to stop.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      messageId: await stopGeneration(services, viewer, input.messageId),
    }),
  }),
}));
