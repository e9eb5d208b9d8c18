// A log that is written to and followed in one process, as a node does: a writer whose commits wake the tails.
import type pg from 'pg';
import { connect } from '../../src/database/connect.ts';
import type { LogEvent } from '../../src/log/event.ts';
import { createEventCursors, type EventCursors } from '../../src/log/live/event-cursor.ts';
import { createTopicTails } from '../../src/log/live/topic-tails.ts';
import type { EventFilter } from '../../src/log/read/pages.ts';
import { noRedaction } from '../../src/log/redact-event.ts';
import { createLogWriter, type LogWriter } from '../../src/log/writer.ts';
import { noRelay, type Relay } from '../../src/relay/relay.ts';

export type FollowedLog = {
  writer: LogWriter;
  /** Of everything, where no filter is given. */
  follow(topic: string, offset?: number, filter?: Partial<EventFilter>): AsyncIterableIterator<LogEvent>;
  follower: EventCursors;
  pool: pg.Pool;
  /** What the tails reported as failed. */
  failures: unknown[];
  close(): Promise<void>;
};

/** @param options.isWoken false: commits are found out by polling alone, as those of another node */
export function createFollowedLog(
  url: string,
  options: { isWoken?: boolean; pollIntervalMs?: number; relay?: Relay } = {},
): FollowedLog {
  const { isWoken = true, pollIntervalMs = 1_000, relay = noRelay } = options;
  const failures: unknown[] = [];
  const database = connect({ url, poolSize: 4, onError: () => {} });
  const { pool, writerPool } = database;
  const tails = createTopicTails({
    pool,
    relay,
    pollIntervalMs,
    onError: (error) => failures.push(error),
  });
  const writer = createLogWriter({
    pool: writerPool,
    timeoutMs: 10_000,
    onCommitted: (newest) => isWoken && tails.wake(newest),
  });
  const follower = createEventCursors({ pool, tails });
  return {
    writer,
    follower,
    follow: (topic, offset = 0, filter = {}) =>
      follower.follow(
        { topic, offset },
        { filter: { types: undefined, conversationId: undefined, ...filter }, redact: noRedaction },
      ),
    pool,
    failures,
    async close() {
      await writer.drain();
      await tails.stop();
      await database.close();
    },
  };
}

/** The next events of a cursor. @throws Error where they don't come in time */
export async function take(
  cursor: AsyncIterator<LogEvent>,
  count: number,
  deadlineMs = 10_000,
): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const timer = setTimeout(() => {
    reject(new Error(`${events.length} of ${count} events came within ${deadlineMs} ms.`));
  }, deadlineMs);
  try {
    while (events.length < count) {
      const { value, done } = await Promise.race([cursor.next(), promise]);
      if (done === true) throw new Error(`The cursor ended after ${events.length} of ${count} events.`);
      events.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
  return events;
}
