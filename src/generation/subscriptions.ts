// The subscription `generation`: the text of a reply from a text offset on, then its end.
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
  description: 'Part of a reply that a piece belongs to. Each channel has its own text offsets.',
  values: {
    TEXT: { value: 'text', description: 'The reply itself: it becomes the `content` of the message.' },
    REASONING: {
      value: 'reasoning',
      description:
        'Reasoning of the model before and between its text, if the endpoint reports it: it becomes the `reasoning` of the message.',
    },
  } as const,
});

const GenerationDelta = builder.objectRef<Delta>('GenerationDelta').implement({
  description:
    'Piece of a reply. The pieces of one channel follow each other without gap or overlap. If a reader can get pieces of both channels, reasoning comes first.',
  isTypeOf: deltaDelivery.is,
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'Id of the reply.' }),
    channel: t.expose('channel', { type: GenerationChannelEnum, description: 'Channel of the piece.' }),
    offset: t.exposeInt('offset', {
      description: 'Text offset at which the piece starts, in UTF-16 code units of its channel.',
    }),
    end: t.exposeInt('end', {
      description:
        'Text offset at which the piece ends: pass it as `after`, or `afterReasoning`, to continue after it.',
    }),
    text: t.exposeString('text', {
      description: 'Text of the piece: at most 4,096 UTF-16 code units, never half of a surrogate pair.',
    }),
  }),
});

const GenerationEnd = builder.objectRef<End>('GenerationEnd').implement({
  description: 'End of a reply, which is in the log now. It is the last value of the subscription.',
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'end',
  fields: (t) => ({
    message: t.prismaField({
      type: Message,
      description: 'The reply, with its whole text and how it ended.',
      resolve: (query, { messageId: id }, _args, { services }) =>
        services.prisma.message.findUniqueOrThrow({ ...query, where: { id } }),
    }),
  }),
});

const GenerationRewind = builder.objectRef<Rewind>('GenerationRewind').implement({
  description:
    'Notice that a channel ends before the text offset that the reader has reached: the node that generated the reply died before it stored the last of its text, or `after` or `afterReasoning` was beyond the end.',
  isTypeOf: (value) =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'rewind',
  fields: (t) => ({
    messageId: t.exposeID('messageId', { description: 'Id of the reply.' }),
    channel: t.expose('channel', { type: GenerationChannelEnum, description: 'Channel that ends earlier.' }),
    end: t.exposeInt('end', {
      description: 'Length of the channel, in UTF-16 code units: the reader must drop its text after it.',
    }),
  }),
});

const generationTypes = { delta: GenerationDelta, rewind: GenerationRewind, end: GenerationEnd };

const GenerationEvent = builder.unionType('GenerationEvent', {
  description: 'Value of the subscription `generation`.',
  types: Object.values(generationTypes),
  resolveType: (value) => generationTypes[value.kind],
});

builder.subscriptionField('generation', (t) =>
  t.field({
    type: GenerationEvent,
    description:
      'Reasoning and text of a reply, each from a text offset on, then its end. It can be followed before, while and after the model generates it. A reader that is slower than the model gets larger pieces. Unsubscribing does not stop the reply. In an event stream the id of each event holds the text offsets that the reader has reached, and the header Last-Event-ID continues after them.',
    args: {
      messageId: t.arg.id({ required: true, description: 'Id of the reply.' }),
      after: t.arg.int({
        required: true,
        defaultValue: 0,
        description:
          'Text offset up to which the reader has the text: the `end` of its last piece. Defaults to 0.',
      }),
      afterReasoning: t.arg.int({
        required: true,
        defaultValue: 0,
        description: 'Text offset up to which the reader has the reasoning. Defaults to 0.',
      }),
    },
    extensions: declareDelivery({
      createRespond: createSharedResponses(deltaDelivery),
      // A reply of another node can be followed from every node, so that only those of this node end with it.
      endsWithNode: ({ messageId }, { generations }) => generations.live(String(messageId)) !== undefined,
    }),
    subscribe: async (_root, args, { viewer, services, lastEventId }) => {
      const { messageId } = args;
      for (const name of ['after', 'afterReasoning'] as const) {
        if (args[name] >= 0) continue;
        throw new AppError('INVALID_INPUT', `${name} ${args[name]} is negative: text offsets start at 0.`);
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
