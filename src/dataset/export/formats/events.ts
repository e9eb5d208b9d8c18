// The events of the log, as JSON lines: conversation by conversation in the order of their starts, and in the order of
// their versions within a conversation.
import { eventTypes } from '../../../log/event.ts';
import type { ExportRecord } from '../record.ts';
import { isWanted } from './conversations.ts';
import { type Format, lineSchema } from './format.ts';

const text = { type: 'string' };

export const events: Format = {
  label: 'Events, as they are in the log',
  summary: 'the events of the log, as JSON lines',
  schema: lineSchema('Event', {
    id: text,
    topic: text,
    offset: { type: 'integer', minimum: 0 },
    type: { enum: eventTypes },
    conversationId: text,
    version: { type: 'integer', minimum: 1 },
    actor: { type: ['string', 'null'] },
    recordedAt: text,
    payload: { type: 'object' },
  }),
  holdsUsernames: true,
  isLabelled: false,
  records({ snapshot, events: all }, recipe): ExportRecord[] {
    if (!isWanted(snapshot, recipe)) return [];
    return all.map((event) => ({
      value: { ...event, recordedAt: event.recordedAt.toISOString() },
      from: 'event',
      model: snapshot.model.id,
      messageIds: [],
      authors: [],
    }));
  },
};
