// The newest events of a log, and each as it comes. What comes together is shown together, once a frame.
import { useEffect, useReducer } from 'react';
import { ask } from '../api/ask.ts';
import { follow } from '../api/connection.ts';
import {
  type EventFieldsFragment,
  EventsDocument,
  type EventType,
  FollowEventsDocument,
  TopicsDocument,
} from '../api/operations.ts';

export type LogEvent = EventFieldsFragment;

export type LogState = {
  /** By offset, oldest first. */
  events: readonly LogEvent[];
  /** Where the page begins: there may be more before it. */
  from: number;
  isLoading: boolean;
  error: unknown;
};

type Filter = { topic: string; types: readonly EventType[]; conversationId: string | undefined };
type Change = Partial<LogState> | ((state: LogState) => Partial<LogState>);

/** So many offsets are looked through at once; with a filter, fewer events of them are shown. */
const pageOffsets = 200;
const maxEvents = 2_000;
const begin: LogState = { events: [], from: 0, isLoading: true, error: null };

function variablesOf({ topic, types, conversationId }: Filter) {
  return { topic, types: types.length === 0 ? null : [...types], conversationId: conversationId ?? null };
}

async function nextOffsetOf(topic: string, signal: AbortSignal): Promise<number> {
  const { topics } = await ask(TopicsDocument, {}, signal);
  return topics.find(({ name }) => name === topic)?.nextOffset ?? 0;
}

async function readFrom(filter: Filter, from: number, to: number, signal: AbortSignal): Promise<LogEvent[]> {
  const { events } = await ask(
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
  let waiting: LogEvent[] = [];
  let frame = 0;
  const variables: { offset: number | null; after: string | null } & ReturnType<typeof variablesOf> = {
    ...variablesOf(filter),
    offset,
    after: null,
  };
  const unfollow = follow(FollowEventsDocument, variables, {
    next({ events: event }) {
      variables.offset = null;
      variables.after = event.cursor;
      waiting.push(event);
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        onEvents(waiting);
        waiting = [];
      });
    },
    error: onError,
  });
  return () => {
    cancelAnimationFrame(frame);
    unfollow();
  };
}

export function useLog(filter: Filter): LogState & { showEarlier: () => void } {
  const [state, change] = useReducer(
    (now: LogState, by: Change): LogState => ({ ...now, ...(typeof by === 'function' ? by(now) : by) }),
    begin,
  );
  const { topic, conversationId } = filter;
  const types = filter.types.join(',');
  // biome-ignore lint/correctness/useExhaustiveDependencies: types are compared by what is in them
  useEffect(() => {
    const leaving = new AbortController();
    let unfollow = () => {};
    const onError = (error: unknown) => {
      if (!leaving.signal.aborted) change({ error, isLoading: false });
    };
    async function start(): Promise<void> {
      change(begin);
      const next = await nextOffsetOf(topic, leaving.signal);
      // Of one conversation there are few, and they are wherever they are.
      const from = conversationId === undefined ? Math.max(0, next - pageOffsets) : 0;
      const events = from === next ? [] : await readFrom(filter, from, next, leaving.signal);
      if (leaving.signal.aborted) return;
      change({ events, from, isLoading: false });
      const onEvents = (added: LogEvent[]) =>
        change((now) => ({ events: [...now.events, ...added].slice(-maxEvents) }));
      unfollow = followFrom(filter, next, onEvents, onError);
    }
    start().catch(onError);
    return () => {
      leaving.abort();
      unfollow();
    };
  }, [topic, types, conversationId]);

  async function showEarlier(): Promise<void> {
    const from = Math.max(0, state.from - pageOffsets);
    const earlier = await readFrom(filter, from, state.from, new AbortController().signal);
    change((now) => ({ events: [...earlier, ...now.events], from }));
  }

  return { ...state, showEarlier: () => void showEarlier().catch((error: unknown) => change({ error })) };
}
