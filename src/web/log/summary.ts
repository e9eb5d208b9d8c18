// An event in a line: what a person looks for when they read down a log.
import type { LogEvent } from './follow-log.ts';

const longest = 140;

function field(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  return Object.entries(payload).find(([key]) => key === name)?.[1];
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** What an update says of a field: absent and "" change nothing, null withdraws. */
function changeOf(name: string, value: unknown): string[] {
  if (value === undefined || value === '') return [];
  if (value === null) return [`${name} withdrawn`];
  // A choice says of both lists what it is: of the empty one there is nothing to tell.
  if (Array.isArray(value) && value.length === 0) return [];
  return [`${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`];
}

const feedbackFields: [string, string][] = [
  ['rating', 'rating'],
  ['score', 'score'],
  ['tags', 'tags'],
  ['feedback', 'comment'],
  ['correction', 'correction'],
  ['preferred_over', 'preferred over'],
  ['tied_with', 'as good as'],
  ['signal', 'signal'],
];

/** Of an update that names nothing new. */
function summaryOfRest(payload: unknown): string {
  const told = Object.keys(Object(payload)).filter((name) => name !== 'id' && name !== 'conversation_id');
  if (told.length === 0) return 'said by someone else: hidden from you';
  return told.some((name) => name === 'preferred_over') ? 'choice withdrawn' : 'withdrawn';
}

export function summaryOf({ type, payload }: Pick<LogEvent, 'type' | 'payload'>): string {
  const content = String(field(payload, 'content') ?? '');
  const feedback = feedbackFields.flatMap(([key, name]) => changeOf(name, field(payload, key)));
  switch (type) {
    case 'START_CONVERSATION':
      return shortened(
        String(field(payload, 'title') ?? '') || `with ${String(field(field(payload, 'model'), 'id'))}`,
      );
    case 'ADD_MESSAGE': {
      const text = content || (field(payload, 'status') === 'streaming' ? 'to be written' : '');
      return shortened(`${String(field(payload, 'role'))}: ${text}`);
    }
    case 'END_CONVERSATION':
      return 'no more messages';
    default:
      return shortened(
        [...changeOf('reply', field(payload, 'status')), ...feedback].join(' · ') ||
          content ||
          summaryOfRest(payload),
      );
  }
}
