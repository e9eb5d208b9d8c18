// Events as they are read from the log.
import { builder } from '../graphql/builder.ts';
import { Node } from '../graphql/node.ts';
import type { LogEvent } from './event.ts';
import { eventDelivery } from './event-delivery.ts';
import { formatCursor } from './read/cursor.ts';

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What happened.',
  values: {
    START_CONVERSATION: { description: 'A conversation began.' },
    ADD_MESSAGE: {
      description: 'A message was added; a reply that is yet to be produced, without its text.',
    },
    UPDATE_MESSAGE: { description: 'A reply ended, or got feedback; the payload holds only what changed.' },
    UPDATE_CONVERSATION: { description: 'A conversation as a whole got feedback.' },
    END_CONVERSATION: { description: 'A conversation ended.' },
  } as const,
});

export const Event = builder.objectRef<LogEvent>('Event').implement({
  description: "One fact in a topic's log. Events are never changed.",
  interfaces: [Node],
  isTypeOf: eventDelivery.is,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'A ULID.' }),
    topic: t.exposeString('topic', { description: 'The log that holds it.' }),
    offset: t.expose('offset', {
      type: 'Offset',
      description: 'Its position in the topic: from 0, without a hole, in the order of commits.',
    }),
    cursor: t.string({
      description: 'What `after` takes to continue after this event.',
      resolve: (event) => formatCursor(event),
    }),
    type: t.expose('type', { type: EventTypeEnum, description: 'What happened.' }),
    conversationId: t.exposeID('conversationId', { description: 'The conversation that it belongs to.' }),
    version: t.exposeInt('version', {
      description: 'Its position in the conversation: from 1, without a hole.',
    }),
    actor: t.exposeString('actor', {
      nullable: true,
      description:
        'The username of who did it; null where Afterword did, such as at the end of a reply, and where it is hidden.',
    }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When it was written to the log.' }),
    payload: t.expose('payload', {
      type: 'JSON',
      description:
        'What happened, in full. In UPDATE_MESSAGE an absent field or "" means unchanged, null means withdrawn. What others said of a conversation is hidden from a USER whose it is: of such an event only the ids are left.',
    }),
  }),
});
