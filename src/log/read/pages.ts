// Reads the log by offset, in pages. A page is limited in events and in characters, which bounds the memory of a reader.
import type pg from 'pg';
import type { EventType, LogEvent } from '../event.ts';
import type { LogPosition } from './log-position.ts';

/** Selects events of a topic; undefined selects all. */
export type EventFilter = {
  types: readonly EventType[] | undefined;
  conversationId: string | undefined;
};

/** A stored event, with its payload as JSON text. */
export type EventRow = Omit<LogEvent, 'payload'> & { payload: string };

export type LogPage = {
  rows: EventRow[];
  /** Offset at which the next page starts: after the last row, or the next free offset if this page is the last. */
  next: number;
  /** Whether no committed event after this page matches. */
  isLast: boolean;
};

type Row = Omit<EventRow, 'offset' | 'conversationId' | 'recordedAt'> & {
  event_offset: string;
  conversation_id: string;
  recorded_at: Date;
  end: string;
};

/** Default limit of a page, in characters of payload. One event is always returned, of any size. */
const defaultMaxCharacters = 8_388_608;

// The statement that reads the events also reads the end of the topic: offsets are assigned in the order of commits,
// so it sees every event below that end.
function statement(source: string): string {
  return `SELECT topic.next_offset AS end, page.*
    FROM (SELECT coalesce((SELECT next_offset FROM topic WHERE name = $1), 0) AS next_offset) AS topic
    LEFT JOIN (
      SELECT *, sum(length(payload)) OVER (ORDER BY event_offset) - length(payload) AS characters_before
      FROM (${source}) AS found
    ) AS page ON page.characters_before < $4
    ORDER BY page.event_offset`;
}

const columns = `id, topic, "offset" AS event_offset, type, conversation_id, version, actor, recorded_at,
  payload::text AS payload`;

const readTopic = {
  name: 'read_topic',
  text: statement(`SELECT ${columns} FROM event
    WHERE topic = $1 AND "offset" >= $2
    ORDER BY "offset" LIMIT $3`),
};

// Reads a page of each type, then takes the first of all: otherwise a page of a rare type would scan the whole log.
const readTypes = {
  name: 'read_topic_types',
  text: statement(`SELECT ${columns}
    FROM (SELECT DISTINCT unnest($5::event_type[])) AS wanted (wanted_type)
    CROSS JOIN LATERAL (
      SELECT * FROM event WHERE topic = $1 AND type = wanted_type AND "offset" >= $2
      ORDER BY "offset" LIMIT $3
    ) AS of_type
    ORDER BY "offset" LIMIT $3`),
};

// Starts at the version of the previous event: otherwise each page would scan all earlier events.
const readConversation = {
  name: 'read_conversation_events',
  text: statement(`SELECT ${columns} FROM event
    WHERE conversation_id = $6 AND topic = $1 AND "offset" >= $2 AND ($5::event_type[] IS NULL OR type = ANY ($5))
      AND version > coalesce((SELECT before.version FROM event AS before
        WHERE before.topic = $1 AND before."offset" = $2 - 1 AND before.conversation_id = $6), 0)
    ORDER BY version LIMIT $3`),
};

type PageOptions = { filter: EventFilter; maxEvents: number; maxCharacters?: number };

function queryOf({ topic, offset }: LogPosition, options: PageOptions): pg.QueryConfig {
  const values = [topic, offset, options.maxEvents, options.maxCharacters ?? defaultMaxCharacters];
  const { types, conversationId } = options.filter;
  if (conversationId !== undefined) {
    return { ...readConversation, values: [...values, types ?? null, conversationId] };
  }
  return types === undefined ? { ...readTopic, values } : { ...readTypes, values: [...values, types] };
}

/** The events from a position, in order: at most `maxEvents`, fewer if they exceed `maxCharacters`. */
export async function readPage(pool: pg.Pool, position: LogPosition, options: PageOptions): Promise<LogPage> {
  const { rows } = await pool.query<Row>(queryOf(position, options));
  const end = Number(rows[0]?.end ?? 0);
  const found = rows.filter(({ id }) => id !== null).map(toEventRow);
  const last = found.at(-1);
  const isFull =
    found.length >= options.maxEvents ||
    charactersOf(found) >= (options.maxCharacters ?? defaultMaxCharacters);
  const next = isFull ? (last?.offset ?? position.offset) + 1 : Math.max(end, position.offset);
  return { rows: found, next, isLast: !isFull };
}

function charactersOf(rows: EventRow[]): number {
  return rows.reduce((sum, { payload }) => sum + payload.length, 0);
}

function toEventRow({ event_offset, conversation_id, recorded_at, ...row }: Row): EventRow {
  return {
    id: row.id,
    topic: row.topic,
    offset: Number(event_offset),
    type: row.type,
    conversationId: conversation_id,
    version: row.version,
    actor: row.actor,
    recordedAt: recorded_at,
    payload: row.payload,
  };
}

/** The next free offset of each topic that has events. */
export async function readEnds(pool: pg.Pool, topics: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ name: string; next_offset: string }>({
    name: 'read_ends',
    text: 'SELECT name, next_offset FROM topic WHERE name = ANY ($1)',
    values: [topics],
  });
  return new Map(rows.map(({ name, next_offset }) => [name, Number(next_offset)]));
}

export function toLogEvent(row: EventRow): LogEvent {
  return { ...row, payload: JSON.parse(row.payload) };
}
