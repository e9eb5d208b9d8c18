// Events as they are read from the log.
import { AppError } from '../errors.ts';
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import { checkPage, pageCost } from '../graphql/page.ts';
import { mayReadAll } from '../identity/viewer.ts';
import { formatCursor, readEvents } from './reader.ts';

const largestEventPage = 1_000;

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What happened.',
  values: {
    START_CONVERSATION: { description: 'A conversation began.' },
    ADD_MESSAGE: {
      description: 'A message was added; a reply that is yet to be produced, without its text.',
    },
    UPDATE_MESSAGE: { description: 'A reply ended, or got feedback; the payload holds only what changed.' },
    END_CONVERSATION: { description: 'A conversation ended.' },
  } as const,
});

export const Event = builder.prismaObject('Event', {
  description: "One fact in a topic's log. Events are never changed.",
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID.' }),
    topic: t.exposeString('topic', { description: 'The log that holds it.' }),
    offset: t.expose('offset', {
      type: 'Offset',
      description: 'Its position in the topic: from 0, without a hole, in the order of commits.',
    }),
    cursor: t.string({
      description: 'What `after` takes to continue after this event.',
      select: { topic: true, offset: true },
      resolve: (event) => formatCursor(event),
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'What happened.' }),
    conversationId: t.exposeID('conversationId', { description: 'The conversation that it belongs to.' }),
    version: t.exposeInt('version', {
      description: 'Its position in the conversation: from 1, without a hole.',
    }),
    actor: t.exposeString('actor', {
      nullable: true,
      description: 'The username of who did it; null where Afterword did, such as at the end of a reply.',
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was written to the log.' }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        'What happened, in full. In UPDATE_MESSAGE an absent field or "" means unchanged, null means withdrawn.',
    }),
  }),
});

const EventEdge = builder.edgeObject({ type: Event, name: 'EventEdge' });
const EventConnection = builder.connectionObject({ type: Event, name: 'EventConnection' }, EventEdge);

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'A page of a log, forwards. Of a whole topic for ANALYST, SERVICE and ADMIN; of one conversation also for whose it is.',
    complexity: (args) => pageCost(args, 100),
    args: {
      topic: t.arg.string({
        required: true,
        defaultValue: 'default',
        description: "The log; with a conversationId, that conversation's.",
      }),
      offset: t.arg({
        type: 'Offset',
        description: 'Where to start: the first event of the page, if it fits.',
      }),
      after: t.arg.string({
        description: 'The cursor of an event: the page begins after it. Not with `offset`.',
      }),
      first: t.arg.int({ required: true, defaultValue: 100, description: 'How many; at most 1,000.' }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only events of these types.' }),
      conversationId: t.arg.id({ description: 'Only events of this conversation.' }),
    },
    resolve: async (_root, args, { viewer, services }) => {
      if (!mayReadAll(viewer) && args.conversationId == null) {
        throw new AppError(
          'FORBIDDEN',
          'Only the roles ANALYST, SERVICE and ADMIN read a whole topic: give a conversationId of yours.',
        );
      }
      checkPage({ first: args.first }, largestEventPage);
      return await readEvents(services.prisma, {
        topic: args.topic,
        offset: args.offset ?? undefined,
        after: args.after ?? undefined,
        first: args.first,
        types: args.types ?? undefined,
        conversationId: args.conversationId ?? undefined,
        username: mayReadAll(viewer) ? undefined : viewer.username,
      });
    },
  }),
);
