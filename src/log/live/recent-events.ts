// The newest events of one topic in memory: contiguous up to the end of the topic, and limited in size. No I/O.
import type { LogEvent } from '../event.ts';
import type { EventFilter } from '../read/pages.ts';

export type SizedEvent = { event: LogEvent; characters: number };

export type RecentEvents = {
  /** Offset of the first event in memory; all events from there to `end` are. */
  readonly start: number;
  /** Offset after the last event. */
  readonly end: number;
  /** Appends the events that follow the last one, and evicts the oldest ones beyond the limits. */
  add(events: readonly SizedEvent[]): void;
  /** The first event in memory, at or after the offset, that matches. */
  find(offset: number, filter: EventFilter): LogEvent | undefined;
};

/** Eviction starts once there are 25 % more events than this, so that most additions evict nothing. */
const maxEvents = 1_024;
/** Characters of payload. */
const maxCharacters = 4_194_304;

function matches(event: LogEvent, { types, conversationId }: EventFilter): boolean {
  return (
    (conversationId === undefined || event.conversationId === conversationId) &&
    (types === undefined || types.includes(event.type))
  );
}

/** How many of the oldest events to evict. The newest event always stays. */
function countEvicted(events: readonly SizedEvent[], characters: number): number {
  if (events.length < maxEvents * 1.25 && characters < maxCharacters) return 0;
  let evicted = Math.max(events.length - maxEvents, 0);
  let remaining = characters - charactersOf(events.slice(0, evicted));
  while (remaining > maxCharacters && evicted < events.length - 1) {
    remaining -= events[evicted]?.characters ?? 0;
    evicted += 1;
  }
  return evicted;
}

function charactersOf(events: readonly SizedEvent[]): number {
  return events.reduce((sum, { characters }) => sum + characters, 0);
}

/** @param firstOffset offset of the first event that will be added */
export function createRecentEvents(firstOffset: number): RecentEvents {
  let events: SizedEvent[] = [];
  let characters = 0;
  let end = firstOffset;

  return {
    get start() {
      return end - events.length;
    },
    get end() {
      return end;
    },
    add(added) {
      events.push(...added);
      characters += charactersOf(added);
      end += added.length;
      const evicted = countEvicted(events, characters);
      if (evicted === 0) return;
      characters -= charactersOf(events.slice(0, evicted));
      events = events.slice(evicted);
    },
    find(offset, filter) {
      const first = Math.max(offset - (end - events.length), 0);
      if (filter.types === undefined && filter.conversationId === undefined) return events[first]?.event;
      for (let index = first; index < events.length; index += 1) {
        const event = events[index]?.event;
        if (event !== undefined && matches(event, filter)) return event;
      }
      return undefined;
    },
  };
}
