// The subscription `events`: the log from a position, then each new event.
import { declareDelivery } from '../delivery/delivery.ts';
import { createSharedResponses } from '../delivery/shared-responses.ts';
import { builder } from '../graphql/builder.ts';
import { chooseEvents } from './access.ts';
import { eventDelivery } from './event-delivery.ts';
import { Event, EventTypeEnum } from './graphql.ts';

builder.subscriptionField('events', (t) =>
  t.field({
    type: Event,
    description:
      'The events of a topic from a position, then each new event once it is committed, in order, without gaps or repetitions: offsets are contiguous in a topic, versions in a conversation. A slow reader misses nothing. ANALYST, SERVICE and ADMIN may read whole topics; the owner of a conversation may read its events. In an event stream (SSE), the id of each event is its cursor, and the header Last-Event-ID continues after it.',
    args: {
      topic: t.arg.string({
        required: true,
        defaultValue: 'default',
        description:
          'Topic to read; ignored if `conversationId` is given. The subscription waits for the first event of an unknown topic.',
      }),
      offset: t.arg({
        type: 'Offset',
        description:
          'Offset to start at. Beyond the end, the subscription waits until the log reaches it. Defaults to 0, the first event. To receive only new events, pass the `nextOffset` of the topic.',
      }),
      after: t.arg.string({
        description: 'Cursor of an event: continues after it. Excludes `offset`.',
      }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only events of these types. Defaults to all.' }),
      conversationId: t.arg.id({ description: 'Only events of this conversation.' }),
    },
    extensions: declareDelivery({ createRespond: createSharedResponses(eventDelivery) }),
    subscribe: async (_root, args, { viewer, services, lastEventId }) => {
      const { position, ...view } = await chooseEvents(services.pool, viewer, { ...args, lastEventId });
      return services.events.follow(position, view);
    },
    resolve: (event) => event,
  }),
);
