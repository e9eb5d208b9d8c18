// Replies being produced: what a message tells of its generation.
import type { z } from 'zod';
import { Message } from '../conversation/graphql.ts';
import { builder } from '../graphql/builder.ts';
import { parametersSchema, timingsSchema, usageSchema } from '../log/event.ts';

export const MessageParameters = builder
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

export const Usage = builder.objectRef<z.output<typeof usageSchema>>('Usage').implement({
  description: 'Tokens, as the model counted them.',
  fields: (t) => ({
    promptTokens: t.exposeInt('prompt_tokens', { description: 'Tokens of the thread that it was given.' }),
    completionTokens: t.exposeInt('completion_tokens', { description: 'Tokens of the reply.' }),
    totalTokens: t.exposeInt('total_tokens', { description: 'Both together.' }),
  }),
});

export const Timings = builder.objectRef<z.output<typeof timingsSchema>>('Timings').implement({
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
  reasoning: t.exposeString('reasoning', {
    nullable: true,
    description:
      'What the model thought before and between its text, where it told: never a part of `content`, and never given to a model in later turns. Null where there is none; of a STREAMING reply always: follow it with the subscription `generation`.',
  }),
  parameters: t.field({
    type: MessageParameters,
    nullable: true,
    description: 'What the reply was asked for with; null where it was not produced here.',
    select: { parameters: true },
    resolve: ({ parameters }) => (parameters === null ? null : parametersSchema.parse(parameters)),
  }),
  finishReason: t.exposeString('finishReason', {
    nullable: true,
    description:
      'Why the model ended, in its own words: `stop`, `length`, …; null where it did not say. Of a reply that was STOPPED because it grew beyond MAX_REPLY_BYTES: `length`.',
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
