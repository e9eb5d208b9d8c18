// Follows the end of one topic for all its readers on this node: one reader of the log, however many follow. Wake-ups
// are hints; committed events are always read from Postgres.
import type pg from 'pg';
import type { LogEvent } from '../event.ts';
import { type EventFilter, readEnds, readPage, toLogEvent } from '../read/pages.ts';
import { createRecentEvents, type RecentEvents } from './recent-events.ts';

/** Called once, with the offset of the first new event that the listener waits for. */
export type TailListener = (offset: number) => void;

export type TopicTail = {
  readonly topic: string;
  /** False until the end of the topic has been read for the first time. */
  readonly isReady: boolean;
  /** Offset of the first event in memory; all events from there to `end` are. */
  readonly start: number;
  readonly end: number;
  /** The first event in memory, at or after the offset, that matches. */
  find(offset: number, filter: EventFilter): LogEvent | undefined;
  /**
   * Calls the listener once: at the next event of the conversation, or of any if it is undefined; or when the tail
   * becomes ready.
   * @returns an unsubscribe function
   */
  onceChanged(conversationId: string | undefined, listener: TailListener): () => void;
  /** Reads up to this offset unless it is in memory already. -1 reads only where the topic ends. */
  wake(newestOffset: number): void;
  /** Resolves when no read is running; none starts after it. */
  stop(): Promise<void>;
};

const pageLimits = { maxEvents: 1_000, maxCharacters: 1_048_576 };

/** Listeners by conversation; those for any event under undefined. */
type Listeners = Map<string | undefined, Set<TailListener>>;

function notify(listeners: Listeners, conversationId: string | undefined, offset: number): void {
  const notified = listeners.get(conversationId);
  if (notified === undefined) return;
  listeners.delete(conversationId);
  for (const listener of notified) listener(offset);
}

/** @param options.onError called for each failed read; the next wake-up tries again */
export function createTopicTail(options: {
  pool: pg.Pool;
  topic: string;
  onError: (error: unknown) => void;
}): TopicTail {
  const { pool, topic } = options;
  const listeners: Listeners = new Map();
  /** Undefined until the end of the topic has been read. */
  let recent: RecentEvents | undefined;
  /** The newest offset that is reported to be in the log. */
  let wantedOffset = -1;
  let isReading = false;
  let reading = Promise.resolve();
  let isStopped = false;

  async function readEnd(): Promise<RecentEvents> {
    recent = createRecentEvents((await readEnds(pool, [topic])).get(topic) ?? 0);
    for (const conversationId of [...listeners.keys()]) notify(listeners, conversationId, 0);
    return recent;
  }

  /** Reads the next page. If it is empty, the reported offset was wrong, unless a newer one was reported meanwhile. */
  async function readNext(into: RecentEvents): Promise<void> {
    const wantedBefore = wantedOffset;
    const filter = { types: undefined, conversationId: undefined };
    const { rows } = await readPage(pool, { topic, offset: into.end }, { filter, ...pageLimits });
    if (rows.length === 0 && wantedOffset === wantedBefore) wantedOffset = into.end - 1;
    const [first] = rows;
    if (first === undefined) return;
    into.add(rows.map((row) => ({ event: toLogEvent(row), characters: row.payload.length })));
    notify(listeners, undefined, first.offset);
    if (listeners.size === 0) return;
    for (const { conversationId, offset } of rows) notify(listeners, conversationId, offset);
  }

  async function readToWanted(): Promise<void> {
    isReading = true;
    try {
      const events = recent ?? (await readEnd());
      while (!isStopped && wantedOffset >= events.end) await readNext(events);
    } catch (error) {
      options.onError(error);
    } finally {
      // No await between the last check of wantedOffset and this: a later wake-up starts a read of its own.
      isReading = false;
    }
  }

  return {
    topic,
    get isReady() {
      return recent !== undefined;
    },
    get start() {
      return recent?.start ?? 0;
    },
    get end() {
      return recent?.end ?? 0;
    },
    find: (offset, filter) => recent?.find(offset, filter),
    onceChanged(conversationId, listener) {
      const set = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(conversationId) === set) listeners.delete(conversationId);
      };
    },
    wake(newestOffset) {
      wantedOffset = Math.max(wantedOffset, newestOffset);
      const isCurrent = recent !== undefined && wantedOffset < recent.end;
      if (isStopped || isReading || isCurrent) return;
      reading = readToWanted();
    },
    async stop() {
      isStopped = true;
      await reading;
    },
  };
}
