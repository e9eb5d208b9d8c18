// Reads whole conversations of a topic as of an offset, in the order in which they started. The result depends on the
// log alone: for one offset it is the same at any time, on any node.
import type pg from 'pg';
import { queryUntilAborted } from '../../database/abortable-query.ts';
import type { LogEvent } from '../event.ts';
import { type ConversationSnapshot, fold } from '../fold/fold.ts';

/** A conversation and the events that it was folded from. */
export type PastConversation = {
  /** Offset of its first event, by which conversations are ordered. */
  startedAtOffset: number;
  events: LogEvent[];
  snapshot: ConversationSnapshot;
};

/** The part of a topic to read. */
export type LogSpan = {
  topic: string;
  /** The last offset to read. */
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

/** Limits of one batch, in conversations and in characters of payload. One conversation is always read, of any size. */
const maxBatch = { conversations: 50, characters: 524_288 };

const readBatch = {
  name: 'read_conversations',
  text: `WITH started AS MATERIALIZED (
      SELECT conversation_id, "offset" FROM event
      WHERE topic = $1 AND "offset" > $2 AND "offset" <= $3 AND type = 'START_CONVERSATION'
      ORDER BY "offset" LIMIT ${maxBatch.conversations}
    ), found AS (
      SELECT e.id, e."offset", e.type, e.conversation_id, e.version, e.actor, e.recorded_at, e.payload,
             started."offset" AS started_at_offset,
             sum(length(e.payload::text)) OVER (ORDER BY started."offset")
               - sum(length(e.payload::text)) OVER (PARTITION BY started."offset") AS characters_before
      FROM started
      CROSS JOIN LATERAL (
        SELECT * FROM event WHERE event.conversation_id = started.conversation_id AND event."offset" <= $3
        ORDER BY event.version
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
  const conversations: Omit<PastConversation, 'snapshot'>[] = [];
  for (const row of rows) {
    const startedAtOffset = Number(row.started_at_offset);
    if (conversations.at(-1)?.startedAtOffset !== startedAtOffset) {
      conversations.push({ startedAtOffset, events: [] });
    }
    conversations.at(-1)?.events.push(toEvent(topic, row));
  }
  return conversations.flatMap((conversation) => {
    const snapshot = fold(conversation.events);
    return snapshot === undefined ? [] : [{ ...conversation, snapshot }];
  });
}

/**
 * Yields conversations in batches, and reads the next batch while the caller processes one: at most two batches are in
 * memory, however long the log is.
 * @param signal cancels the running statement and ends the iteration
 * @throws the signal's reason once it is aborted
 */
export async function* readConversations(
  pool: pg.Pool,
  { topic, asOf }: LogSpan,
  signal: AbortSignal,
): AsyncGenerator<PastConversation[]> {
  const returned = new AbortController();
  const anySignal = AbortSignal.any([signal, returned.signal]);
  const read = (after: number): Promise<Row[]> => {
    const rows = queryUntilAborted<Row>(pool, { ...readBatch, values: [topic, after, asOf] }, anySignal);
    // It may be rejected before it is awaited.
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
    // If the caller stops early, the statement for the next batch must not stay in Postgres.
    returned.abort();
    await next.catch(() => {});
  }
}
