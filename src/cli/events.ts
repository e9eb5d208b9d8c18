// `events`: prints the events of the log as JSON lines, and follows it. The cursor of any line is where to resume.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type EventType, eventTypes } from '../log/event.ts';
import { formatCursor } from '../log/read/cursor.ts';
import { type LogPosition, logPositionOf, topicOfConversation } from '../log/read/log-position.ts';
import { type EventFilter, type EventRow, type LogPage, readPage } from '../log/read/pages.ts';
import { type Command, readArgs, readWholeNumber, UsageError } from './command.ts';
import { openDatabase } from './database.ts';

const usage = `Usage: npm run --silent afterword -- events [OPTION…]

Prints the events of a topic as JSON lines. Each line has a cursor, with which --after resumes.

  --topic NAME        the topic (default: default)
  --offset N          start at this offset (default: 0); an offset beyond the end is waited for with --follow
  --after CURSOR      start after the event with this cursor
  --types A,B         only events of these types:
                      ${eventTypes.join(', ')}
  --conversation ID   only events of this conversation, whatever its topic is
  --limit N           end after N events
  --follow, -f        wait for new events at the end of the log, and for a database that is unavailable

Exit codes: 0 success, also if the reader closes the pipe (noticed at the next event), 1 the log can't be read from
there, 2 invalid arguments.
`;

const config = {
  options: {
    topic: { type: 'string', default: 'default' },
    offset: { type: 'string' },
    after: { type: 'string' },
    types: { type: 'string' },
    conversation: { type: 'string' },
    limit: { type: 'string' },
    follow: { type: 'boolean', short: 'f', default: false },
  },
} as const;

const pageSize = 2_000;
/** How often the end of the log is polled for new events. */
const pollIntervalMs = 100;
/** How long to wait before an unavailable database is tried again. */
const retryPauseMs = 1_000;

type Reading = { position: LogPosition; filter: EventFilter; limit: number; isFollowing: boolean };

function readTypes(list: string | undefined): EventType[] | undefined {
  return list?.split(',').map((name) => {
    const type = eventTypes.find((existing) => existing === name.trim().toUpperCase());
    if (type !== undefined) return type;
    throw new UsageError(
      `--types ${JSON.stringify(name)} is not a type of event: choose from ${eventTypes.join(', ')}.`,
    );
  });
}

/** The payload is JSON already, and is printed unchanged. */
function renderLine({ payload, ...row }: EventRow): string {
  const { id, topic, offset, type, conversationId, version, actor, recordedAt } = row;
  const cursor = formatCursor(row);
  const head = JSON.stringify({
    id,
    topic,
    offset,
    cursor,
    type,
    conversationId,
    version,
    actor,
    recordedAt,
  });
  return `${head.slice(0, -1)},"payload":${payload}}\n`;
}

/** Reads a page. While following, waits for a database that is unavailable. */
async function readWhenAvailable(pool: pg.Pool, { position, filter, isFollowing }: Reading, maxRows: number) {
  let isReported = false;
  for (;;) {
    try {
      return await readPage(pool, position, { filter, maxEvents: maxRows });
    } catch (error) {
      if (!isFollowing) throw error;
      if (!isReported) process.stderr.write(`The log can't be read, trying again: ${String(error)}\n`);
      isReported = true;
      await pause(retryPauseMs);
    }
  }
}

async function print(rows: EventRow[]): Promise<void> {
  // Backpressure: waits for a slow reader instead of buffering without bound.
  if (!process.stdout.write(rows.map(renderLine).join(''))) await once(process.stdout, 'drain');
}

async function run(pool: pg.Pool, reading: Reading): Promise<void> {
  let { position, limit: remaining } = reading;
  const readFrom = (from: LogPosition): Promise<LogPage> =>
    readWhenAvailable(pool, { ...reading, position: from }, Math.min(pageSize, remaining));
  let page = readFrom(position);
  while (remaining > 0) {
    const { rows, next: offset, isLast } = await page;
    remaining -= rows.length;
    position = { ...position, offset };
    const hasMore = remaining > 0 && (!isLast || reading.isFollowing);
    // The next page is read while this one is printed.
    if (hasMore && !isLast) page = readFrom(position);
    if (rows.length > 0) await print(rows);
    if (!hasMore) return;
    if (!isLast) continue;
    await pause(pollIntervalMs);
    page = readFrom(position);
  }
}

export const eventsCommand: Command = {
  summary: 'prints the events of a topic as JSON lines, and follows them',
  usage,
  async run(args) {
    const { values } = readArgs(args, config);
    const offset = values.offset === undefined ? undefined : readWholeNumber('--offset', values.offset);
    const limit =
      values.limit === undefined ? Number.POSITIVE_INFINITY : readWholeNumber('--limit', values.limit);
    const types = readTypes(values.types);
    await using stack = new AsyncDisposableStack();
    const { pool } = await openDatabase(stack);
    const conversationId = values.conversation;
    const topic =
      conversationId === undefined
        ? values.topic
        : await topicOfConversation(pool, conversationId, undefined);
    const position = logPositionOf(topic, { offset, after: values.after });
    await run(pool, { position, filter: { types, conversationId }, limit, isFollowing: values.follow });
    return 0;
  },
};
