// The types Event and EventType.
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import type { LogEvent } from './event.ts';
import { eventDelivery } from './event-delivery.ts';
import { formatCursor } from './read/cursor.ts';

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'Type of an event.',
  values: {
    START_CONVERSATION: { description: 'A conversation was started.' },
    ADD_MESSAGE: {
      description: 'A message was added. A reply that is still to be generated is added without its text.',
    },
    UPDATE_MESSAGE: {
      description: 'A reply ended or received feedback. The payload has only the fields that changed.',
    },
    UPDATE_CONVERSATION: { description: 'A whole conversation received feedback.' },
    END_CONVERSATION: { description: 'A conversation was ended.' },
  } as const,
});

export const Event = builder.objectRef<LogEvent>('Event').implement({
  description: 'An entry in the log of a topic. Events never change.',
  interfaces: [Node],
  isTypeOf: eventDelivery.is,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'ULID of the event.' }),
    topic: t.exposeString('topic', { description: 'Topic of the log.' }),
    offset: t.expose('offset', {
      type: 'Offset',
      description: 'Position in the topic: from 0, without gaps, in the order of commits.',
    }),
    cursor: t.string({
      description: 'Cursor of the event. Pass it as `after` to continue after this event.',
      resolve: (event) => formatCursor(event),
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'Type of the event.' }),
    conversationId: t.exposeID('conversationId', { description: 'Id of its conversation.' }),
    version: t.exposeInt('version', {
      description: 'Position in the conversation: from 1, without gaps.',
    }),
    actor: t.exposeString('actor', {
      nullable: true,
      description:
        'Username of the person or service that caused it. Null if Afterword itself did, as at the end of a reply, or if it is hidden from the viewer.',
    }),
    recordedAt: t.expose('recordedAt', {
      type: 'DateTime',
      description: 'Instant at which it was written to the log.',
    }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        'The complete data of the event. In updates, an absent field or "" means unchanged, and null means withdrawn. A USER does not see the feedback of others on their conversation: the payload of such an event has only the ids.',
    }),
  }),
});
