// The subscription `generation`: the text of a reply from a place on, then its end.
import { visibleMessages } from '../conversation/access.ts';
import { Message } from '../conversation/graphql.ts';
import { declareDelivery } from '../delivery/delivery.ts';
import { createSharedResponses } from '../delivery/shared-responses.ts';
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { isUlid } from '../lib/ulid.ts';
import { deltaDelivery, textOffsetsOf } from './delta-delivery.ts';
import type { GenerationUpdate } from './follow/reply-cursor.ts';

type Delta = Extract<GenerationUpdate, { kind: 'delta' }>;
type Rewind = Extract<GenerationUpdate, { kind: 'rewind' }>;
type End = Extract<GenerationUpdate, { kind: 'end' }>;

const GenerationChannelEnum = builder.enumType('GenerationChannel', {
  description: 'What a piece of a reply belongs to. Text offsets count within a channel.',
  values: {
    TEXT: { value: 'text', description: 'The reply itself: what becomes the `content` of its message.' },
    REASONING: {
      value: 'reasoning',
      description:
        'What the model thinks before and between its text, where it tells: the `reasoning` of the message.',
    },
  } as const,
});

const GenerationDelta = builder.objectRef<Delta>('GenerationDelta').implement({
  description:
    'A piece of a reply. The pieces of a channel follow each other without gap or overlap; where there are both, reasoning comes before text.',
  isTypeOf: deltaDelivery.is,
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'The reply.' }),
    channel: t.expose('channel', { type: GenerationChannelEnum, description: 'What it belongs to.' }),
    offset: t.exposeInt('offset', {
      description: 'Where the piece begins, in UTF-16 code units of its channel.',
    }),
    end: t.exposeInt('end', {
      description: 'Where it ends: what `after`, or `afterReasoning`, takes to continue after it.',
    }),
    text: t.exposeString('text', {
      description: 'The text: at most 4,096 code units, never half of a surrogate pair.',
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

const GenerationRewind = builder.objectRef<Rewind>('GenerationRewind').implement({
  description:
    'A channel ends before what the reader has of it: its node died before the last of it was kept, or `after` or `afterReasoning` lies beyond the end. The reader drops what follows `end`.',
  isTypeOf: (value) =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'rewind',
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'The reply.' }),
    channel: t.expose('channel', { type: GenerationChannelEnum, description: 'What was taken back.' }),
    end: t.exposeInt('end', { description: 'How much of the channel there is, in UTF-16 code units.' }),
  }),
});

const generationTypes = { delta: GenerationDelta, rewind: GenerationRewind, end: GenerationEnd };

const GenerationEvent = builder.unionType('GenerationEvent', {
  description: 'What happens to a reply that is followed.',
  types: Object.values(generationTypes),
  resolveType: (value) => generationTypes[value.kind],
});

builder.subscriptionField('generation', (t) =>
  t.field({
    type: GenerationEvent,
    description:
      "A reply's reasoning and text, each from a text offset on, then its end; before, while and after the model produces it. A reader that is slower than the model gets bigger pieces. Leaving does not stop the reply. In an event stream the id of each piece says what the reader has with it, and the header Last-Event-ID continues after it.",
    args: {
      messageId: t.arg.id({ required: true, description: "The reply's id." }),
      after: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'The text offset up to which the reader has the text: the `end` of its last piece.',
      }),
      afterReasoning: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'The same of the reasoning.',
      }),
    },
    extensions: declareDelivery({
      createRespond: createSharedResponses(deltaDelivery),
      // A reply of another node can be followed from any node.
      endsWithNode: ({ messageId }, { generations }) => generations.live(String(messageId)) !== undefined,
    }),
    subscribe: async (_root, args, { viewer, services, lastEventId }) => {
      const { messageId } = args;
      for (const name of ['after', 'afterReasoning'] as const) {
        if (args[name] >= 0) continue;
        throw new AppError('INVALID_INPUT', `${name} ${args[name]} is negative: text offsets begin at 0.`);
      }
      const after =
        lastEventId === undefined
          ? { text: args.after, reasoning: args.afterReasoning }
          : textOffsetsOf(lastEventId);
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
      return services.replyCursors.follow(messageId, after);
    },
    resolve: (update) => update,
  }),
);
