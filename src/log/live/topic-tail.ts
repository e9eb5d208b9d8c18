// The newest events of one topic, in memory, for everyone on this node who follows it: one reader of the log however
// many follow. Wake-ups are hints; what was committed is always read from Postgres.
import type pg from 'pg';
import type { LogEvent } from '../event.ts';
import { type EventFilter, readEnds, readPage, toLogEvent } from '../read/pages.ts';

/** Called once, with the offset of the first new event that the listener waits for. */
export type TailListener = (offset: number) => void;

export type Tail = {
  readonly topic: string;
  /** False until the end of the topic has been read for the first time. */
  readonly isKnown: boolean;
  /** Offset of the first event in memory; everything from there to `end` is. */
  readonly start: number;
  readonly end: number;
  /** The first event in memory that matches, at the offset or after it. */
  find(offset: number, filter: EventFilter): LogEvent | undefined;
  /**
   * Calls the listener once: at the next event, or at the next of the conversation; and when the tail becomes known.
   * @returns a function that takes it back
   */
  onceChanged(conversationId: string | undefined, listener: TailListener): () => void;
  /** Reads on, where this does not reach the newest offset yet; -1 to learn the end and no more. */
  wake(newest: number): void;
  /** Resolves when no read is under way; none begins after it. */
  stop(): Promise<void>;
};

/** What is kept in memory at the most: characters of payload, and events (a quarter more before the oldest go). */
const keep = { events: 1_024, characters: 4_194_304 };
const page = { events: 1_000, characters: 1_048_576 };

function matches(event: LogEvent, { types, conversationId }: EventFilter): boolean {
  return (
    (conversationId === undefined || event.conversationId === conversationId) &&
    (types === undefined || types.includes(event.type))
  );
}

/** Listeners of everything under undefined, the others under their conversation. */
type Listeners = Map<string | undefined, Set<TailListener>>;

function call(listeners: Listeners, key: string | undefined, offset: number): void {
  const due = listeners.get(key);
  if (due === undefined) return;
  listeners.delete(key);
  for (const listener of due) listener(offset);
}

/** @param onError told of each read that failed; the next wake-up tries again */
export function createTail(options: {
  pool: pg.Pool;
  topic: string;
  onError: (error: unknown) => void;
}): Tail {
  const { pool, topic } = options;
  const listeners: Listeners = new Map();
  let recent: { event: LogEvent; characters: number }[] = [];
  let characters = 0;
  let end: number | undefined;
  /** The offset that is known to be in the log; reading goes on until it is here. */
  let wanted = -1;
  let isReading = false;
  let reading = Promise.resolve();
  let isStopped = false;

  const start = () => (end ?? 0) - recent.length;

  function trim(): void {
    if (recent.length < keep.events * 1.25 && characters < keep.characters) return;
    let dropped = Math.max(recent.length - keep.events, 0);
    for (const { characters: own } of recent.slice(0, dropped)) characters -= own;
    while (characters > keep.characters && dropped < recent.length - 1) {
      characters -= recent[dropped]?.characters ?? 0;
      dropped += 1;
    }
    recent = recent.slice(dropped);
  }

  function add(events: { event: LogEvent; characters: number }[]): void {
    const [first] = events;
    if (first === undefined) return;
    for (const entry of events) {
      recent.push(entry);
      characters += entry.characters;
      end = entry.event.offset + 1;
    }
    trim();
    call(listeners, undefined, first.event.offset);
    if (listeners.size === 0) return;
    for (const { event } of events) call(listeners, event.conversationId, event.offset);
  }

  async function readEnd(): Promise<void> {
    end = (await readEnds(pool, [topic])).get(topic) ?? 0;
    for (const key of [...listeners.keys()]) call(listeners, key, 0);
  }

  /** The next page; asks again for what it was told of, as long as that isn't there and nothing newer was told. */
  async function readNext(from: number): Promise<void> {
    const sought = wanted;
    const filter = { types: undefined, conversationId: undefined };
    const bounds = { filter, most: page.events, characters: page.characters };
    const { rows } = await readPage(pool, { topic, offset: from }, bounds);
    if (rows.length === 0 && wanted === sought) wanted = from - 1;
    add(rows.map((row) => ({ event: toLogEvent(row), characters: row.payload.length })));
  }

  async function readOn(): Promise<void> {
    isReading = true;
    try {
      if (end === undefined) await readEnd();
      while (!isStopped && end !== undefined && wanted >= end) await readNext(end);
    } catch (error) {
      options.onError(error);
    } finally {
      // In the same turn as the last look at `wanted`: what is told from here on begins a read of its own.
      isReading = false;
    }
  }

  return {
    topic,
    get isKnown() {
      return end !== undefined;
    },
    get start() {
      return start();
    },
    get end() {
      return end ?? 0;
    },
    find(offset, filter) {
      const first = Math.max(offset - start(), 0);
      if (filter.types === undefined && filter.conversationId === undefined) return recent[first]?.event;
      for (let index = first; index < recent.length; index += 1) {
        const event = recent[index]?.event;
        if (event !== undefined && matches(event, filter)) return event;
      }
      return undefined;
    },
    onceChanged(conversationId, listener) {
      const set = listeners.get(conversationId) ?? new Set();
      listeners.set(conversationId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(conversationId) === set) listeners.delete(conversationId);
      };
    },
    wake(newest) {
      wanted = Math.max(wanted, newest);
      if (isStopped || isReading || (end !== undefined && wanted < end)) return;
      reading = readOn();
    },
    async stop() {
      isStopped = true;
      await reading;
    },
  };
}
