// Reads the log by offset. A page is bounded in events and in characters, so that no reader holds more of it.
import type pg from 'pg';
import { AppError } from '../../errors.ts';
import { referencedId } from '../../lib/ulid.ts';
import type { EventType, LogEvent } from '../event.ts';
import { checkTopicToRead } from '../topic-name.ts';
import { parseCursor } from './cursor.ts';

/** Which events of a topic; undefined: all. */
export type EventFilter = {
  types: readonly EventType[] | undefined;
  conversationId: string | undefined;
};

/** Where to begin; an offset beyond the end is allowed. */
export type LogPosition = { topic: string; offset: number };

/** An event as it is stored; its payload is JSON text. */
export type EventRow = Omit<LogEvent, 'payload'> & { payload: string };

export type LogPage = {
  rows: EventRow[];
  /** The offset from which to read on: after the last row, or, where none is left, the next to be given out. */
  next: number;
  /** Whether every event that matched and was committed is in this page or before it. */
  isLast: boolean;
};

type Row = Omit<EventRow, 'offset' | 'conversationId' | 'recordedAt'> & {
  event_offset: string;
  conversation_id: string;
  recorded_at: Date;
  end: string;
};

/** Characters of payload in one page; one event is always given, however large. */
const maxPage = 8_388_608;

// The end comes from the statement that reads the events: offsets are given out in the order of commits, so every
// event below that end is visible to it.
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

// A page of each type, and of those the first: otherwise a page of a rare type would step over the whole log.
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

// From the version of the event before: otherwise each page would step over all the earlier ones.
const readConversation = {
  name: 'read_conversation_events',
  text: statement(`SELECT ${columns} FROM event
    WHERE conversation_id = $6 AND topic = $1 AND "offset" >= $2 AND ($5::event_type[] IS NULL OR type = ANY ($5))
      AND version > coalesce((SELECT before.version FROM event AS before
        WHERE before.topic = $1 AND before."offset" = $2 - 1 AND before.conversation_id = $6), 0)
    ORDER BY version LIMIT $3`),
};

type Bounds = { filter: EventFilter; most: number; characters?: number };

function queryOf({ topic, offset }: LogPosition, { filter, most, characters }: Bounds): pg.QueryConfig {
  const values = [topic, offset, most, characters ?? maxPage];
  const { types, conversationId } = filter;
  if (conversationId !== undefined) {
    return { ...readConversation, values: [...values, types ?? null, conversationId] };
  }
  return types === undefined ? { ...readTopic, values } : { ...readTypes, values: [...values, types] };
}

/** The events from a place on, in their order: at most `most`, fewer where they are large. */
export async function readPage(pool: pg.Pool, place: LogPosition, page: Bounds): Promise<LogPage> {
  const { rows } = await pool.query<Row>(queryOf(place, page));
  const end = Number(rows[0]?.end ?? 0);
  const found = rows.filter(({ id }) => id !== null).map(toEventRow);
  const last = found.at(-1);
  const isLast = found.length < page.most && !wasCut(found, page.characters ?? maxPage);
  const next = isLast ? Math.max(end, place.offset) : (last?.offset ?? place.offset) + 1;
  return { rows: found, next, isLast };
}

function wasCut(rows: EventRow[], most: number): boolean {
  return rows.reduce((sum, { payload }) => sum + payload.length, 0) >= most;
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

/** The next offset of each topic that has events. */
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

/**
 * A conversation is in one topic, whichever was asked for.
 * @param username whose it must be; undefined: anyone's
 * @throws AppError NOT_FOUND where there is no such conversation, or it is not the user's
 */
export async function topicOfConversation(
  pool: pg.Pool,
  conversationId: string,
  username: string | undefined,
): Promise<string> {
  const { rows } = await pool.query<{ topic: string }>({
    name: 'topic_of_conversation',
    text: 'SELECT topic FROM conversation WHERE id = $1 AND ($2::text IS NULL OR username = $2)',
    values: [referencedId('conversation', conversationId), username ?? null],
  });
  const [conversation] = rows;
  if (conversation !== undefined) return conversation.topic;
  throw new AppError('NOT_FOUND', `There is no conversation ${conversationId}.`);
}

/**
 * Where reading begins: at an offset, after the event of a cursor, or at the start. A Last-Event-ID, which is a
 * cursor too, is newer than both: the browser sends it with the arguments that it began with.
 * @throws AppError INVALID_INPUT where both are given, the cursor is none of this topic, or no topic has such a name
 */
export function logPositionOf(
  name: string,
  start: {
    offset?: number | null | undefined;
    after?: string | null | undefined;
    lastEventId?: string | undefined;
  },
): LogPosition {
  const topic = checkTopicToRead(name);
  if (start.lastEventId !== undefined) {
    return { topic, offset: parseCursor(start.lastEventId, topic, 'Last-Event-ID') + 1 };
  }
  if (start.offset != null && start.after != null) {
    throw new AppError('INVALID_INPUT', 'Give offset or after, not both.');
  }
  const offset = start.after == null ? (start.offset ?? 0) : parseCursor(start.after, topic) + 1;
  return { topic, offset };
}
