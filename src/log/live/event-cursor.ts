// Cursors over the log. Each computes its next event on demand: from the memory of the topic tail if it reaches that
// far, otherwise from the log in limited pages. A stalled reader has no queue; it holds at most its current page.
import type pg from 'pg';
import { createPullIterator, type Pull } from '../../lib/pull-iterator.ts';
import type { LogEvent } from '../event.ts';
import type { LogPosition } from '../read/log-position.ts';
import { type EventFilter, type EventRow, type LogPage, readPage, toLogEvent } from '../read/pages.ts';
import type { EventRedactor } from '../redact-event.ts';
import type { TopicTails } from './topic-tails.ts';

/** What a reader sees of a topic. */
export type EventView = { filter: EventFilter; redact: EventRedactor };

export type EventCursors = {
  /** The matching events from a position, in order: first those in the log, then each new one once it is committed. */
  follow(position: LogPosition, view: EventView): AsyncIterableIterator<LogEvent>;
  /** Number of open cursors. */
  readonly openCount: number;
};

const pageLimits = { maxEvents: 128, maxCharacters: 65_536 };
/** The last pages are kept for readers that follow closely behind each other, as after a restart. */
const maxSharedPages = 16;

/** Reads each page of a whole topic once for all readers that want it at about the same time. */
function createSharedPages(pool: pg.Pool) {
  const shared = new Map<string, Promise<LogPage>>();

  return function read(position: LogPosition, filter: EventFilter): Promise<LogPage> {
    if (filter.types !== undefined || filter.conversationId !== undefined) {
      return readPage(pool, position, { filter, ...pageLimits });
    }
    const key = `${position.offset}@${position.topic}`;
    const existing = shared.get(key);
    if (existing !== undefined) return existing;
    // Pages end at multiples of maxEvents, so that readers that start anywhere soon read the same pages.
    const maxEvents = pageLimits.maxEvents - (position.offset % pageLimits.maxEvents);
    const page = readPage(pool, position, { filter, ...pageLimits, maxEvents });
    shared.set(key, page);
    const forget = () => shared.delete(key);
    // The last page of the log will soon have more events.
    page.then(({ isLast }) => isLast && forget(), forget);
    const [oldest] = shared.keys();
    if (shared.size > maxSharedPages && oldest !== undefined) shared.delete(oldest);
    return page;
  };
}

export function createEventCursors(options: { pool: pg.Pool; tails: TopicTails }): EventCursors {
  const read = createSharedPages(options.pool);
  let openCount = 0;

  function follow(position: LogPosition, { filter, redact }: EventView): AsyncIterableIterator<LogEvent> {
    const { topic } = position;
    const tail = options.tails.open(topic);
    let { offset } = position;
    /** The rest of the current page, with the next event last. */
    let pageRows: EventRow[] = [];
    let offsetAfterPage = offset;
    openCount += 1;

    function takeFromPage(): LogEvent | undefined {
      const row = pageRows.pop();
      if (row === undefined) return undefined;
      offset = pageRows.length === 0 ? offsetAfterPage : row.offset + 1;
      return redact(toLogEvent(row));
    }

    async function readFromLog(pull: Pull): Promise<LogEvent | undefined> {
      const page = await pull.retryWhileUnavailable(() => read({ topic, offset }, filter));
      if (page === undefined) return undefined;
      pageRows = page.rows.toReversed();
      offsetAfterPage = page.next;
      if (pageRows.length === 0) offset = page.next;
      return takeFromPage();
    }

    function takeFromTail(pull: Pull): LogEvent | Promise<undefined> {
      const found = tail.isReady ? tail.find(offset, filter) : undefined;
      if (found !== undefined) {
        offset = found.offset + 1;
        return redact(found);
      }
      offset = Math.max(offset, tail.end);
      return pull.wait((finish) =>
        tail.onceChanged(filter.conversationId, (changedAt) => {
          // No event before changedAt matches: the tail calls at the first that does.
          offset = Math.max(offset, changedAt);
          finish();
        }),
      );
    }

    function advance(pull: Pull): LogEvent | undefined | Promise<LogEvent | undefined> {
      const event = takeFromPage();
      if (event !== undefined) return event;
      return tail.isReady && offset < tail.start ? readFromLog(pull) : takeFromTail(pull);
    }

    return createPullIterator(advance, () => {
      openCount -= 1;
      pageRows = [];
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
