// Reads whole conversations of a topic as they stood at an offset, in the order in which they began. What it gives
// follows from the log alone: the same for one offset today and next month, on any node.
import type pg from 'pg';
import { queryUntilAborted } from '../../database/abortable-query.ts';
import type { LogEvent } from '../event.ts';
import { type ConversationSnapshot, fold } from '../fold/fold.ts';

/** A conversation with the events that it came of. */
export type PastConversation = {
  /** The offset of its first event: its place in the order. */
  startedAtOffset: number;
  events: LogEvent[];
  snapshot: ConversationSnapshot;
};

/** The part of a topic that is read. */
export type LogSpan = {
  topic: string;
  /** The last offset that counts. */
  asOf: number;
};

type Row = {
  id: string;
  offset: string;
  type: LogEvent['type'];
  conversation_id: string;
  version: number;
  actor: string | null;
  recorded_at: Date;
  payload: unknown;
  started_at_offset: string;
};

/** Conversations that are read at once, and the characters of their payloads; one conversation always fits. */
const maxBatch = { conversations: 50, characters: 524_288 };

const readBatch = {
  name: 'read_conversations',
  text: `WITH begun AS MATERIALIZED (
      SELECT conversation_id, "offset" FROM event
      WHERE topic = $1 AND "offset" > $2 AND "offset" <= $3 AND type = 'START_CONVERSATION'
      ORDER BY "offset" LIMIT ${maxBatch.conversations}
    ), found AS (
      SELECT e.id, e."offset", e.type, e.conversation_id, e.version, e.actor, e.recorded_at, e.payload,
             begun."offset" AS started_at_offset,
             sum(length(e.payload::text)) OVER (ORDER BY begun."offset")
               - sum(length(e.payload::text)) OVER (PARTITION BY begun."offset") AS characters_before
      FROM begun
      CROSS JOIN LATERAL (
        SELECT * FROM event AS own WHERE own.conversation_id = begun.conversation_id AND own."offset" <= $3
        ORDER BY own.version
      ) AS e
    )
    SELECT id, "offset", type, conversation_id, version, actor, recorded_at, payload, started_at_offset
    FROM found WHERE characters_before < ${maxBatch.characters}
    ORDER BY started_at_offset, version`,
};

function toEvent(topic: string, row: Row): LogEvent {
  return {
    id: row.id,
    topic,
    offset: Number(row.offset),
    type: row.type,
    conversationId: row.conversation_id,
    version: row.version,
    actor: row.actor,
    recordedAt: row.recorded_at,
    payload: row.payload,
  };
}

function toConversations(topic: string, rows: readonly Row[]): PastConversation[] {
  const all: Omit<PastConversation, 'snapshot'>[] = [];
  for (const row of rows) {
    const startedAtOffset = Number(row.started_at_offset);
    if (all.at(-1)?.startedAtOffset !== startedAtOffset) all.push({ startedAtOffset, events: [] });
    all.at(-1)?.events.push(toEvent(topic, row));
  }
  return all.flatMap((past) => {
    const snapshot = fold(past.events);
    return snapshot === undefined ? [] : [{ ...past, snapshot }];
  });
}

/**
 * Batches of conversations; the next is read while one is worked on. What is in memory is two batches, however long
 * the log is.
 * @param signal ends the statement that runs, and the reading with it
 * @throws the signal's reason once it is aborted
 */
export async function* readConversations(
  pool: pg.Pool,
  { topic, asOf }: LogSpan,
  signal: AbortSignal,
): AsyncGenerator<PastConversation[]> {
  const leaving = new AbortController();
  const ends = AbortSignal.any([signal, leaving.signal]);
  const read = (after: number): Promise<Row[]> => {
    const rows = queryUntilAborted<Row>(pool, { ...readBatch, values: [topic, after, asOf] }, ends);
    // It may fail before anyone waits for it.
    rows.catch(() => {});
    return rows;
  };
  let next = read(-1);
  try {
    for (;;) {
      const rows = await next;
      const last = rows.at(-1);
      if (last === undefined) return;
      next = read(Number(last.started_at_offset));
      yield toConversations(topic, rows);
    }
  } finally {
    // Whoever ends early leaves the next batch behind: nothing of it stays in Postgres.
    leaving.abort();
    await next.catch(() => {});
  }
}
