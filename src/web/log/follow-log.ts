// The newest events of a topic, then each new one as it arrives. Events are collected and rendered once per frame.
import { useEffect, useReducer } from 'react';
import { subscribe } from '../api/connection.ts';
import {
  type EventFieldsFragment,
  EventsDocument,
  type EventType,
  FollowEventsDocument,
  TopicsDocument,
} from '../api/operations.ts';
import { request } from '../api/request.ts';

export type LogEvent = EventFieldsFragment;

export type LogState = {
  /** By offset, oldest first. */
  events: readonly LogEvent[];
  /** The first offset that was read: there may be earlier events if it is not 0. */
  from: number;
  isLoading: boolean;
  error: unknown;
};

type Filter = { topic: string; types: readonly EventType[]; conversationId: string | undefined };
type Change = Partial<LogState> | ((state: LogState) => Partial<LogState>);

/** Offsets that are read at once; with a filter, fewer events are shown. */
const pageOffsets = 200;
const maxEvents = 2_000;
const initial: LogState = { events: [], from: 0, isLoading: true, error: null };

function variablesOf({ topic, types, conversationId }: Filter) {
  return { topic, types: types.length === 0 ? null : [...types], conversationId: conversationId ?? null };
}

async function nextOffsetOf(topic: string, signal: AbortSignal): Promise<number> {
  const { topics } = await request(TopicsDocument, {}, signal);
  return topics.find(({ name }) => name === topic)?.nextOffset ?? 0;
}

async function readFrom(filter: Filter, from: number, to: number, signal: AbortSignal): Promise<LogEvent[]> {
  const { events } = await request(
    EventsDocument,
    { ...variablesOf(filter), offset: from, first: Math.min(to - from, 1_000) },
    signal,
  );
  return events.nodes.filter(({ offset }) => offset < to);
}

function followFrom(
  filter: Filter,
  offset: number,
  onEvents: (events: LogEvent[]) => void,
  onError: (error: unknown) => void,
): () => void {
  let pending: LogEvent[] = [];
  let frame = 0;
  const variables: { offset: number | null; after: string | null } & ReturnType<typeof variablesOf> = {
    ...variablesOf(filter),
    offset,
    after: null,
  };
  const unsubscribe = subscribe(FollowEventsDocument, variables, {
    next({ events: event }) {
      variables.offset = null;
      variables.after = event.cursor;
      pending.push(event);
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        onEvents(pending);
        pending = [];
      });
    },
    error: onError,
  });
  return () => {
    cancelAnimationFrame(frame);
    unsubscribe();
  };
}

export function useLog(filter: Filter): LogState & { showEarlier: () => void } {
  const [state, change] = useReducer(
    (current: LogState, by: Change): LogState => ({
      ...current,
      ...(typeof by === 'function' ? by(current) : by),
    }),
    initial,
  );
  const { topic, conversationId } = filter;
  const types = filter.types.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: types are compared by their content
  useEffect(() => {
    const stopping = new AbortController();
    let unsubscribe = () => {};
    const onError = (error: unknown) => {
      if (!stopping.signal.aborted) change({ error, isLoading: false });
    };
    async function start(): Promise<void> {
      change(initial);
      const next = await nextOffsetOf(topic, stopping.signal);
      // A conversation has few events, which may be anywhere in the log.
      const from = conversationId === undefined ? Math.max(0, next - pageOffsets) : 0;
      const events = from === next ? [] : await readFrom(filter, from, next, stopping.signal);
      if (stopping.signal.aborted) return;
      change({ events, from, isLoading: false });
      const onEvents = (added: LogEvent[]) =>
        change((current) => ({ events: [...current.events, ...added].slice(-maxEvents) }));
      unsubscribe = followFrom(filter, next, onEvents, onError);
    }
    start().catch(onError);
    return () => {
      stopping.abort();
      unsubscribe();
    };
  }, [topic, types, conversationId]);

  async function showEarlier(): Promise<void> {
    const from = Math.max(0, state.from - pageOffsets);
    const earlier = await readFrom(filter, from, state.from, new AbortController().signal);
    change((current) => ({ events: [...earlier, ...current.events], from }));
  }

  return { ...state, showEarlier: () => void showEarlier().catch((error: unknown) => change({ error })) };
}
