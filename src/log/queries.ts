// The query `events`: pages of the log.
import { builder } from '../graphql/builder.ts';
import { checkPage, pageCost } from '../graphql/page.ts';
import { chooseEvents } from './access.ts';
import { Event, EventTypeEnum } from './graphql.ts';
import { formatCursor } from './read/cursor.ts';
import { readPage, toLogEvent } from './read/pages.ts';

const maxEventPage = 1_000;

const EventEdge = builder.edgeObject({ type: Event, name: 'EventEdge' });
const EventConnection = builder.connectionObject({ type: Event, name: 'EventConnection' }, EventEdge);

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'A page of a log, forwards. Of a whole topic for ANALYST, SERVICE and ADMIN; of one conversation also for whose it is. A page whose payloads are very large is shorter than asked for, with hasNextPage true.',
    complexity: (args) => pageCost(args, 100),
    args: {
      topic: t.arg.string({
        required: true,
        defaultValue: 'default',
        description: "The log; with a conversationId, that conversation's. An unknown one is empty.",
      }),
      offset: t.arg({
        type: 'Offset',
        description:
          'Where to start: the first event of the page, if it fits. Beyond the end: an empty page.',
      }),
      after: t.arg.string({
        description: 'The cursor of an event: the page begins after it. Not with `offset`.',
      }),
      first: t.arg.int({ required: true, defaultValue: 100, description: 'How many; at most 1,000.' }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only events of these types.' }),
      conversationId: t.arg.id({ description: 'Only events of this conversation.' }),
    },
    resolve: async (_root, args, { viewer, services }) => {
      checkPage({ first: args.first }, maxEventPage);
      const { place, filter, show } = await chooseEvents(services.pool, viewer, args);
      // One more than asked for tells whether more follows.
      const { rows, isLast } = await readPage(services.pool, place, { filter, most: args.first + 1 });
      const edges = rows.slice(0, args.first).map((row) => {
        const node = show(toLogEvent(row));
        return { cursor: formatCursor(node), node };
      });
      return {
        edges,
        pageInfo: {
          hasNextPage: rows.length > args.first || !isLast,
          hasPreviousPage: place.offset > 0,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  }),
);
