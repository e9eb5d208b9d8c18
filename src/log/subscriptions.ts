// The subscription `events`: the log from a place on, then live.
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
      'The events of a log from a place on, then each as it is committed, in their order, without gap or repetition: with contiguous offsets, or, of one conversation, with contiguous versions. A reader that is slow is served from the log when it asks again. Of a whole topic for ANALYST, SERVICE and ADMIN; of one conversation also for whose it is. In an event stream the id of each event is its cursor, and the header Last-Event-ID continues after it.',
    args: {
      topic: t.arg.string({
        required: true,
        defaultValue: 'default',
        description: "The log; with a conversationId, that conversation's. An unknown one is waited for.",
      }),
      offset: t.arg({
        type: 'Offset',
        description:
          'Where to start; beyond the end: the subscription waits until the log is there. From the first event where neither `offset` nor `after` is given; live from now on: the `nextOffset` of the topic.',
      }),
      after: t.arg.string({
        description: 'The cursor of an event: continues after it. Not with `offset`.',
      }),
      types: t.arg({ type: [EventTypeEnum], description: 'Only events of these types.' }),
      conversationId: t.arg.id({ description: 'Only events of this conversation.' }),
    },
    extensions: declareDelivery({ createRespond: createSharedResponses(eventDelivery) }),
    subscribe: async (_root, args, { viewer, services, lastEventId }) => {
      const { place, ...seen } = await chooseEvents(services.pool, viewer, { ...args, lastEventId });
      return services.events.follow(place, seen);
    },
    resolve: (event) => event,
  }),
);
