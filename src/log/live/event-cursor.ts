// Cursors over the log: each computes its next event when it is asked, from the tail's memory where it is that far,
// else from the log in bounded pages. A reader that stalls has no queue; it holds at most the page that it was in.
import type pg from 'pg';
import { createPullIterator, type Pull } from '../../lib/pull-iterator.ts';
import type { LogEvent } from '../event.ts';
import {
  type EventFilter,
  type EventRow,
  type LogPage,
  type LogPosition,
  readPage,
  toLogEvent,
} from '../read/pages.ts';
import type { EventRedactor } from '../redact-event.ts';
import type { Tails } from './topic-tails.ts';

export type EventCursors = {
  /** The events from a place on that match, in their order: first what is there, then each as it is committed. */
  follow(
    place: LogPosition,
    seen: { filter: EventFilter; show: EventRedactor },
  ): AsyncIterableIterator<LogEvent>;
  /** How many cursors are open. */
  readonly openCount: number;
};

const maxPage = { events: 128, characters: 65_536 };
/** Pages that were read last, for those who follow close behind each other, as after a restart. */
const maxSharedPages = 16;

/** Reads pages of whole topics once for everyone who wants the same at about the same time. */
function createPages(pool: pg.Pool) {
  const shared = new Map<string, Promise<LogPage>>();

  return function read(place: LogPosition, filter: EventFilter): Promise<LogPage> {
    const { characters, events } = maxPage;
    if (filter.types !== undefined || filter.conversationId !== undefined) {
      return readPage(pool, place, { filter, most: events, characters });
    }
    const key = `${place.offset}@${place.topic}`;
    const known = shared.get(key);
    if (known !== undefined) return known;
    // Up to a round offset: whoever begins anywhere is soon in step with the others.
    const most = events - (place.offset % events);
    const page = readPage(pool, place, { filter, most, characters });
    shared.set(key, page);
    const forget = () => shared.delete(key);
    // The last page will be another one soon.
    page.then(({ isLast }) => isLast && forget(), forget);
    const [oldest] = shared.keys();
    if (shared.size > maxSharedPages && oldest !== undefined) shared.delete(oldest);
    return page;
  };
}

export function createEventCursors(options: { pool: pg.Pool; tails: Tails }): EventCursors {
  const read = createPages(options.pool);
  let openCount = 0;

  function follow(
    { topic, offset: first }: LogPosition,
    { filter, show }: { filter: EventFilter; show: EventRedactor },
  ): AsyncIterableIterator<LogEvent> {
    const tail = options.tails.open(topic);
    let offset = first;
    /** What is left of the page that is being handed out, the next event last. */
    let rest: EventRow[] = [];
    let afterRest = first;
    openCount += 1;

    function fromPage(): LogEvent | undefined {
      const row = rest.pop();
      if (row === undefined) return undefined;
      offset = rest.length === 0 ? afterRest : row.offset + 1;
      return show(toLogEvent(row));
    }

    async function fromLog(pull: Pull): Promise<LogEvent | undefined> {
      const page = await pull.retryWhileUnavailable(() => read({ topic, offset }, filter));
      if (page === undefined) return undefined;
      rest = page.rows.toReversed();
      afterRest = page.next;
      if (rest.length === 0) offset = page.next;
      return fromPage();
    }

    function fromMemory(pull: Pull): LogEvent | Promise<undefined> {
      const found = tail.isKnown ? tail.find(offset, filter) : undefined;
      if (found !== undefined) {
        offset = found.offset + 1;
        return show(found);
      }
      offset = Math.max(offset, tail.end);
      return pull.wait((finish) =>
        tail.onceChanged(filter.conversationId, (reached) => {
          // Nothing that matches lies between: the tail calls at the first that does.
          offset = Math.max(offset, reached);
          finish();
        }),
      );
    }

    function advance(pull: Pull): LogEvent | undefined | Promise<LogEvent | undefined> {
      const event = fromPage();
      if (event !== undefined) return event;
      return tail.isKnown && offset < tail.start ? fromLog(pull) : fromMemory(pull);
    }

    return createPullIterator(advance, () => {
      openCount -= 1;
      rest = [];
      options.tails.release(tail);
    });
  }

  return {
    follow,
    get openCount() {
      return openCount;
    },
  };
}
