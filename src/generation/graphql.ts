// Replies being produced: what a message tells of its generation, the mutations that begin and stop one, and the
// subscription that follows its text.
import type { z } from 'zod';
import { visibleMessages } from '../conversation/access.ts';
import { Message } from '../conversation/graphql.ts';
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { parametersSchema, timingsSchema, usageSchema } from '../log/event.ts';
import { isUlid } from '../log/identifier.ts';
import { sendMessage, stopGeneration } from './commands.ts';
import type { GenerationUpdate } from './follow.ts';

const MessageParameters = builder
  .objectRef<z.output<typeof parametersSchema>>('MessageParameters')
  .implement({
    description: 'The parameters that a reply was asked for with; null where the model chose.',
    fields: (t) => ({
      temperature: t.exposeFloat('temperature', { nullable: true, description: '0 to 2.' }),
      maxTokens: t.exposeInt('max_tokens', { nullable: true, description: 'Most tokens in the reply.' }),
      topP: t.exposeFloat('top_p', { nullable: true, description: '0 to 1.' }),
      stop: t.exposeStringList('stop', { nullable: true, description: 'Texts at which the model ends.' }),
      seed: t.exposeInt('seed', {
        nullable: true,
        description: 'Asks the model for the same choices again.',
      }),
    }),
  });

const Usage = builder.objectRef<z.output<typeof usageSchema>>('Usage').implement({
  description: 'Tokens, as the model counted them.',
  fields: (t) => ({
    promptTokens: t.exposeInt('prompt_tokens', { description: 'Tokens of the thread that it was given.' }),
    completionTokens: t.exposeInt('completion_tokens', { description: 'Tokens of the reply.' }),
    totalTokens: t.exposeInt('total_tokens', { description: 'Both together.' }),
  }),
});

const Timings = builder.objectRef<z.output<typeof timingsSchema>>('Timings').implement({
  description: 'How long a reply took, from the request to the model on.',
  fields: (t) => ({
    firstTokenMs: t.exposeFloat('first_token_ms', {
      nullable: true,
      description: 'Milliseconds to the first text; null where none came.',
    }),
    totalMs: t.exposeFloat('total_ms', { description: 'Milliseconds to the end.' }),
  }),
});

builder.prismaObjectFields(Message, (t) => ({
  parameters: t.field({
    type: MessageParameters,
    nullable: true,
    description: 'What the reply was asked for with; null where it was not produced here.',
    select: { parameters: true },
    resolve: ({ parameters }) => (parameters === null ? null : parametersSchema.parse(parameters)),
  }),
  finishReason: t.exposeString('finishReason', {
    nullable: true,
    description: 'Why the model ended, in its own words: `stop`, `length`, …; null where it did not say.',
  }),
  usage: t.field({
    type: Usage,
    nullable: true,
    description: 'Tokens; null where the model did not count them.',
    select: { usage: true },
    resolve: ({ usage }) => (usage === null ? null : usageSchema.parse(usage)),
  }),
  timings: t.field({
    type: Timings,
    nullable: true,
    description: 'How long it took; null where it was not produced here, or not to its end.',
    select: { timings: true },
    resolve: ({ timings }) => (timings === null ? null : timingsSchema.parse(timings)),
  }),
}));

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
  stopGeneration: t.field({
    type: StopGenerationPayload,
    description: 'Stops a reply, which keeps its text; one that has ended stays as it is.',
    args: { input: t.arg({ type: StopGenerationInput, required: true, description: 'Which.' }) },
    resolve: async (_root, { input }, { viewer, services }) => ({
      messageId: await stopGeneration(services, viewer, input.messageId),
    }),
  }),
}));

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;
type End = Extract<GenerationUpdate, { kind: 'end' }>;

const GenerationDelta = builder.objectRef<Delta>('GenerationDelta').implement({
  description: 'A piece of a reply. Pieces follow each other without gap or overlap.',
  isTypeOf: (value) =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'delta',
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'The reply.' }),
    offset: t.exposeInt('offset', {
      description: 'Where the piece begins, in UTF-16 code units of the reply.',
    }),
    end: t.exposeInt('end', {
      description: 'Where it ends: what `after` takes to continue after it.',
    }),
    text: t.exposeString('text', {
      description: 'The text: at most 16,384 code units, never half of a surrogate pair.',
    }),
  }),
});

const GenerationEnd = builder.objectRef<End>('GenerationEnd').implement({
  description: 'The reply has ended, and its end is in the log. Nothing follows.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'end',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The reply, whole.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const GenerationEvent = builder.unionType('GenerationEvent', {
  description: 'What happens to a reply that is followed.',
  types: [GenerationDelta, GenerationEnd],
  resolveType: (value) => (value.kind === 'delta' ? GenerationDelta : GenerationEnd),
});

builder.subscriptionField('generation', (t) =>
  t.field({
    type: GenerationEvent,
    description:
      "A reply's text from a text offset on, then its end; before, while and after the model produces it. A reader that is slower than the model gets bigger pieces. Leaving does not stop the reply.",
    args: {
      messageId: t.arg.id({ required: true, description: "The reply's id." }),
      after: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'The text offset up to which the reader has the text: the `end` of its last piece.',
      }),
    },
    subscribe: async (_root, { messageId, after }, { viewer, services }) => {
      if (after < 0)
        throw new AppError('INVALID_INPUT', `after ${after} is negative: text offsets begin at 0.`);
      const message = isUlid(messageId)
        ? await services.prisma.message.findUnique({
            where: { id: messageId, ...visibleMessages(viewer) },
            select: { role: true },
          })
        : null;
      if (message === null) {
        throw new AppError('NOT_FOUND', `There is no message ${JSON.stringify(messageId.slice(0, 100))}.`);
      }
      if (message.role !== 'assistant') {
        throw new AppError(
          'INVALID_INPUT',
          `Message ${messageId} is not a reply: there is nothing to follow.`,
        );
      }
      return services.follower.follow(messageId, after);
    },
    resolve: (update) => update,
  }),
);
