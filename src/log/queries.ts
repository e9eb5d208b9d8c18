// The query `events`: pages of the log.
import { builder } from '../graphql/builder.ts';
import { checkPage, pageCost } from '../graphql/page.ts';
import { chooseEvents } from './access.ts';
import { Event, EventTypeEnum } from './graphql.ts';
import { formatCursor } from './read/cursor.ts';
import { readPage, toLogEvent } from './read/pages.ts';

const maxPageSize = 1_000;

const EventEdge = builder.edgeObject({ type: Event, name: 'EventEdge' });
const EventConnection = builder.connectionObject({ type: Event, name: 'EventConnection' }, EventEdge);

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description:
      'A page of the events of a topic, in the order of offsets. ANALYST, SERVICE and ADMIN may read whole topics; the owner of a conversation may read its events. A page of very large payloads is shorter than `first`, and hasNextPage is true.',
    complexity: (args) => pageCost(args, 100),
    args: {
      topic: t.arg.string({
        required: true,
        defaultValue: 'default',
        description: 'Topic to read; ignored if `conversationId` is given. An unknown topic is empty.',
      }),
      offset: t.arg({
        type: 'Offset',
        description:
          'Offset of the first event that can be in the page. Beyond the end of the log the page is empty. Defaults to 0.',
      }),
      after: t.arg.string({
        description: 'Cursor of an event: the page begins after it. Excludes `offset`.',
      }),
      first: t.arg.int({
        required: true,
        defaultValue: 100,
        description: 'Maximum number of events: 0 to 1,000.',
      }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only events of these types. Defaults to all.' }),
      conversationId: t.arg.id({ description: 'Only events of this conversation.' }),
    },
    resolve: async (_root, args, { viewer, services }) => {
      checkPage({ first: args.first }, maxPageSize);
      const { position, filter, redact } = await chooseEvents(services.pool, viewer, args);
      // One more event than requested shows whether there is a next page.
      const { rows, isLast } = await readPage(services.pool, position, {
        filter,
        maxEvents: args.first + 1,
      });
      const edges = rows.slice(0, args.first).map((row) => {
        const node = redact(toLogEvent(row));
        return { cursor: formatCursor(node), node };
      });
      return {
        edges,
        pageInfo: {
          hasNextPage: rows.length > args.first || !isLast,
          hasPreviousPage: position.offset > 0,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  }),
);
