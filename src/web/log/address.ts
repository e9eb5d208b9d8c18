// What the log page shows. Its address holds all of it: a view can be shared, and the back button works.
import { useSearchParams } from 'wouter';
import type { EventType } from '../api/operations.ts';
import { optionsOf } from '../ui/options.ts';

/** A type that is missing here fails the type check: it could not be filtered by. */
const typeNames: Readonly<Record<EventType, string>> = {
  START_CONVERSATION: 'start conversation',
  ADD_MESSAGE: 'add message',
  UPDATE_MESSAGE: 'update message',
  UPDATE_CONVERSATION: 'update conversation',
  END_CONVERSATION: 'end conversation',
};

export const typeName = (type: EventType): string => typeNames[type];
export const typeOptions = optionsOf(typeNames);

export type LogView = {
  topic: string;
  /** Empty: all types. */
  types: readonly EventType[];
  conversationId: string | undefined;
  /** The offset of the event whose payload is shown. */
  offset: number | undefined;
};

export function readView(search: URLSearchParams): LogView {
  const types = (search.get('types') ?? '').split(',');
  const offset = search.get('event');
  return {
    topic: search.get('topic') ?? 'default',
    types: typeOptions.map(({ value }) => value).filter((type) => types.includes(type)),
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

/** @returns the view, and a function that changes a part of it */
export function useView(): [LogView, (part: Partial<LogView>) => void] {
  const [search, setSearch] = useSearchParams();
  const view = readView(search);
  return [view, (part) => setSearch(writeView({ ...view, ...part }))];
}
