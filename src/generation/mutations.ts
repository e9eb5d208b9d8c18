// The mutations that begin and stop replies: parse, call the command, return what it wrote.
import { Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { regenerateReply, sendMessage, stopGeneration } from './commands.ts';

const GenerationParameters = builder.inputType('GenerationParameters', {
  description: 'How the model is to answer; what is left out, the model chooses.',
  fields: (t) => ({
    temperature: t.float({ description: '0 to 2: the higher, the more varied.' }),
    maxTokens: t.int({ description: 'Most tokens in the reply, from 1.' }),
    topP: t.float({ description: '0 to 1: only the likeliest tokens with this much probability together.' }),
    stop: t.stringList({ description: 'Up to 4 texts at which the reply ends.' }),
    seed: t.int({ description: 'Asks for the same choices again, as far as the model can.' }),
  }),
});

const SendMessageInput = builder.inputType('SendMessageInput', {
  description: 'A prompt that a model is to answer.',
  fields: (t) => ({
    conversationId: t.id({ required: true, description: 'Where it belongs.' }),
    content: t.string({ required: true, description: 'The prompt: not empty, at most MAX_MESSAGE_BYTES.' }),
    id: t.id({
      description: "The prompt's id: a ULID of the client's choice, which makes the request safe to repeat.",
    }),
    replyId: t.id({ description: "The reply's id: a ULID; follows from `id` where not given." }),
    parentId: t.id({
      description:
        'What it follows: the newest message where not given, an earlier one to branch; null begins a thread of its own.',
    }),
    model: t.id({ description: "A model on offer; the conversation's where not given." }),
    parameters: t.field({ type: GenerationParameters, description: 'How it is to answer.' }),
  }),
});

const RegenerateReplyInput = builder.inputType('RegenerateReplyInput', {
  description: 'A reply that is to be produced once more, beside the one that there is.',
  fields: (t) => ({
    messageId: t.id({
      required: true,
      description: 'The reply; one that is still STREAMING goes on. It must follow a message.',
    }),
    replyId: t.id({
      description:
        "The new reply's id: a ULID of the client's choice, which makes the request safe to repeat; a new one where not given.",
    }),
    model: t.id({
      description:
        "A model on offer; where not given that of the reply, or, where it has none, the conversation's.",
    }),
    parameters: t.field({
      type: GenerationParameters,
      description: 'How it is to answer, all of it; where not given as the reply was asked for.',
    }),
  }),
});

const StopGenerationInput = builder.inputType('StopGenerationInput', {
  description: 'A reply to stop.',
  fields: (t) => ({ messageId: t.id({ required: true, description: "The reply's id." }) }),
});

const SendMessagePayload = builder
  .objectRef<{ messageId: string; replyId: string }>('SendMessagePayload')
  .implement({
    description: 'The prompt, and the reply that is being produced.',
    fields: (t) => ({
      message: t.prismaField({
        type: Message,
        description: 'The prompt.',
        resolve: (query, { messageId: id }, _args, { services }) =>
          services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
      }),
      reply: t.prismaField({
        type: Message,
        description: 'The reply: follow its text with the subscription `generation`.',
        resolve: (query, { replyId: id }, _args, { services }) =>
          services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
      }),
    }),
  });

const RegenerateReplyPayload = builder.objectRef<{ replyId: string }>('RegenerateReplyPayload').implement({
  description: 'The reply that is being produced.',
  fields: (t) => ({
    reply: t.prismaField({
      type: Message,
      description: 'The new reply, a sibling of the other: follow it with the subscription `generation`.',
      resolve: (query, { replyId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const StopGenerationPayload = builder.objectRef<{ messageId: string }>('StopGenerationPayload').implement({
  description: 'What was stopped.',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The reply, with the text that it had.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

builder.mutationFields((t) => ({
  sendMessage: t.field({
    type: SendMessagePayload,
    description:
      'Adds a prompt and asks the model, with the whole thread. Answers at once: the reply goes on by itself.',
    args: { input: t.arg({ type: SendMessageInput, required: true, description: 'The prompt.' }) },
    resolve: (_root, { input }, { viewer, services }) => sendMessage(services, viewer, input),
  }),
  regenerateReply: t.field({
    type: RegenerateReplyPayload,
    description:
      'Asks for another reply to the same thread: the two are siblings. Answers at once: the reply goes on by itself.',
    args: { input: t.arg({ type: RegenerateReplyInput, required: true, description: 'Which.' }) },
    resolve: (_root, { input }, { viewer, services }) => regenerateReply(services, viewer, input),
  }),
  stopGeneration: t.field({
    type: StopGenerationPayload,
    description: 'Stops a reply, which keeps its text; one that has ended stays as it is.',
    args: { input: t.arg({ type: StopGenerationInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      messageId: await stopGeneration(services, viewer, input.messageId),
    }),
  }),
}));
