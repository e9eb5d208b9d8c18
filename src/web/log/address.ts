// What the log page shows, as its address says it: a view can be shared, and the back button works.
import { useSearchParams } from 'wouter';
import type { EventType } from '../api/operations.ts';

export const eventTypes: readonly EventType[] = [
  'START_CONVERSATION',
  'ADD_MESSAGE',
  'UPDATE_MESSAGE',
  'UPDATE_CONVERSATION',
  'END_CONVERSATION',
];

export type LogView = {
  topic: string;
  /** Empty: all. */
  types: readonly EventType[];
  conversationId: string | undefined;
  /** The offset of the event whose payload is shown. */
  offset: number | undefined;
};

export function readView(search: URLSearchParams): LogView {
  const asked = (search.get('types') ?? '').split(',');
  const offset = search.get('event');
  return {
    topic: search.get('topic') ?? 'default',
    types: eventTypes.filter((type) => asked.includes(type)),
    conversationId: search.get('conversation') || undefined,
    offset: offset !== null && /^\d{1,16}$/.test(offset) ? Number(offset) : undefined,
  };
}

export function writeView({ topic, types, conversationId, offset }: LogView): URLSearchParams {
  const search = new URLSearchParams();
  if (topic !== 'default') search.set('topic', topic);
  if (types.length > 0) search.set('types', types.join(','));
  if (conversationId !== undefined) search.set('conversation', conversationId);
  if (offset !== undefined) search.set('event', String(offset));
  return search;
}

/** @returns the view, and what changes a part of it */
export function useView(): [LogView, (part: Partial<LogView>) => void] {
  const [search, setSearch] = useSearchParams();
  const view = readView(search);
  return [view, (part) => setSearch(writeView({ ...view, ...part }))];
}
