// How the subscription `events` delivers events of the log: the fields that can be read without executing GraphQL.
import type { PlainType } from '../delivery/compiled-selection.ts';
import type { LogEvent } from './event.ts';
import { formatCursor } from './read/cursor.ts';

export const eventDelivery: PlainType<LogEvent> = {
  field: 'events',
  typeName: 'Event',
  alsoNamed: ['Node'],
  is: (value): value is LogEvent => typeof value === 'object' && value !== null && 'recordedAt' in value,
  reads: {
    id: (event) => event.id,
    topic: (event) => event.topic,
    offset: (event) => event.offset,
    cursor: formatCursor,
    type: (event) => event.type,
    conversationId: (event) => event.conversationId,
    version: (event) => event.version,
    actor: (event) => event.actor,
    recordedAt: (event) => event.recordedAt.toISOString(),
    payload: (event) => event.payload,
  },
  resumeId: formatCursor,
  isSame: (one, other) => one === other,
};
