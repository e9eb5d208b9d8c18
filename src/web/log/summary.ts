// Summarizes an event in one line, for people who scan the log.
import { shorten } from '../ui/shorten.ts';
import { feedbackFields } from './feedback-fields.ts';
import type { LogEvent } from './follow-log.ts';

const maxLength = 140;

function entriesOf(payload: unknown): [string, unknown][] {
  return typeof payload === 'object' && payload !== null ? Object.entries(payload) : [];
}

function field(payload: unknown, name: string): unknown {
  return entriesOf(payload).find(([key]) => key === name)?.[1];
}

/** How an update changes a field: absent and "" change nothing, null withdraws. */
function describeChange(label: string, value: unknown): string[] {
  if (value === undefined || value === '') return [];
  if (value === null) return [`${label} withdrawn`];
  // A preference always has both of its lists: the empty one adds nothing.
  if (Array.isArray(value) && value.length === 0) return [];
  return [`${label}: ${Array.isArray(value) ? value.join(', ') : String(value)}`];
}

/** For an update that sets no field. */
function describeEmptyUpdate(payload: unknown): string {
  const names = entriesOf(payload)
    .map(([name]) => name)
    .filter((name) => name !== 'id' && name !== 'conversation_id');
  if (names.length === 0) return 'hidden: feedback of another user';
  return names.includes('preferred_over') ? 'preference withdrawn' : 'withdrawn';
}

function describeUpdate(payload: unknown): string {
  const changes = [
    ...describeChange('reply', field(payload, 'status')),
    ...feedbackFields.flatMap(({ payloadKey, label }) => describeChange(label, field(payload, payloadKey))),
    ...describeChange('signal', field(payload, 'signal')),
  ];
  return changes.join(' · ') || String(field(payload, 'content') ?? '') || describeEmptyUpdate(payload);
}

function describeEvent({ type, payload }: Pick<LogEvent, 'type' | 'payload'>): string {
  switch (type) {
    case 'START_CONVERSATION':
      return String(field(payload, 'title') ?? '') || `with ${String(field(field(payload, 'model'), 'id'))}`;
    case 'ADD_MESSAGE': {
      const content = String(field(payload, 'content') ?? '');
      const text = content || (field(payload, 'status') === 'streaming' ? 'being generated' : '');
      return `${String(field(payload, 'role'))}: ${text}`;
    }
    case 'UPDATE_MESSAGE':
    case 'UPDATE_CONVERSATION':
      return describeUpdate(payload);
    case 'END_CONVERSATION':
      return 'no more messages';
    default:
      return type satisfies never;
  }
}

export const summaryOf = (event: Pick<LogEvent, 'type' | 'payload'>): string =>
  shorten(describeEvent(event), maxLength);
