// Events of one conversation in few words, and what they fold to.

import type { EventType } from '../../src/log/event.ts';
import { type ConversationSnapshot, type FoldableEvent, fold } from '../../src/log/fold/fold.ts';

export type Told = [type: EventType, payload: Record<string, unknown>, recordedAt?: string | undefined];

export const begun: Told = [
  'START_CONVERSATION',
  { id: 'c', model: { id: 'zephyr', metadata: {} }, username: 'ada', messages: [] },
];
export const said = (id: string, fields: Record<string, unknown> = {}): Told => [
  'ADD_MESSAGE',
  {
    id,
    conversation_id: 'c',
    role: 'user',
    content: `text of ${id}`,
    rating: '',
    feedback: '',
    timestamp: '2026-11-23T10:00:00Z',
    parent_id: null,
    ...fields,
  },
];
export const replied = (id: string, fields: Record<string, unknown> = {}) =>
  said(id, { role: 'assistant', ...fields });
export const changed = (id: string, fields: Record<string, unknown>, recordedAt?: string): Told => [
  'UPDATE_MESSAGE',
  { id, conversation_id: 'c', ...fields },
  recordedAt,
];

/** As the API gives them, in a topic where every other event is one of another conversation. */
export const events = (...told: Told[]): FoldableEvent[] =>
  told.map(([type, payload, recordedAt = '2026-11-23T12:00:00.000Z'], index) => ({
    topic: 't',
    offset: 10 + 2 * index,
    type,
    conversationId: 'c',
    version: index + 1,
    recordedAt,
    payload,
  }));

export function foldAll(...told: Told[]): ConversationSnapshot {
  const snapshot = fold(events(...told));
  if (snapshot === undefined) throw new Error('There is a conversation.');
  return snapshot;
}
