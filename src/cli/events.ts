// Prints events of the log as JSON lines, and follows it. What it prints can be resumed with the cursor of any line.
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

Prints the events of a topic, a JSON line each. With the cursor of any line, --after goes on behind it.

  --topic NAME        the topic (default: default)
  --offset N          begin at this offset (default: 0); beyond the end: there, once the log has come so far
  --after CURSOR      begin after the event that has this cursor
  --types A,B         only events of these types: ${eventTypes.join(', ')}
  --conversation ID   only events of this conversation, whichever its topic is
  --limit N           end after so many events
  --follow, -f        go on with what is written from now on, and wait for a database that is away

Ends with 0, also where its reader closes the pipe, which shows at the next event; 1 where the log can't be read from
there, and 2 where the arguments make no sense.
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
/** How often the log is looked at while nothing comes. */
const pollIntervalMs = 100;
/** How long a database that is away is left alone. */
const retryPauseMs = 1_000;

type Reading = { place: LogPosition; filter: EventFilter; limit: number; isFollowing: boolean };

function readTypes(list: string | undefined): EventType[] | undefined {
  return list?.split(',').map((name) => {
    const type = eventTypes.find((known) => known === name.trim().toUpperCase());
    if (type !== undefined) return type;
    throw new UsageError(`--types ${JSON.stringify(name)} is no type: choose from ${eventTypes.join(', ')}.`);
  });
}

/** The payload is JSON already: it is passed on as it is. */
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

/** Reads a page; while following, a database that is away is waited for. */
async function readPatiently(pool: pg.Pool, { place, filter, isFollowing }: Reading, most: number) {
  let hasTold = false;
  for (;;) {
    try {
      return await readPage(pool, place, { filter, maxEvents: most });
    } catch (error) {
      if (!isFollowing) throw error;
      if (!hasTold) process.stderr.write(`The log can't be read, it is tried again: ${String(error)}\n`);
      hasTold = true;
      await pause(retryPauseMs);
    }
  }
}

async function print(rows: EventRow[]): Promise<void> {
  // Who reads slowly is waited for: nothing piles up here.
  if (!process.stdout.write(rows.map(renderLine).join(''))) await once(process.stdout, 'drain');
}

async function run(pool: pg.Pool, reading: Reading): Promise<void> {
  let { place, limit } = reading;
  const next = (from: LogPosition): Promise<LogPage> =>
    readPatiently(pool, { ...reading, place: from }, Math.min(pageSize, limit));
  let page = next(place);
  while (limit > 0) {
    const { rows, next: offset, isLast } = await page;
    limit -= rows.length;
    place = { ...place, offset };
    const hasMore = limit > 0 && (!isLast || reading.isFollowing);
    // The next page is read while this one is printed.
    if (hasMore && !isLast) page = next(place);
    if (rows.length > 0) await print(rows);
    if (!hasMore) return;
    if (!isLast) continue;
    await pause(pollIntervalMs);
    page = next(place);
  }
}

export const eventsCommand: Command = {
  summary: 'prints the events of a topic as JSON lines, and follows it',
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
    const place = logPositionOf(topic, { offset, after: values.after });
    await run(pool, { place, filter: { types, conversationId }, limit, isFollowing: values.follow });
    return 0;
  },
};
