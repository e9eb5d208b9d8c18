// Reads the events of one conversation from the log, up to an offset or an instant.
import type pg from 'pg';
import type { FoldableEvent } from '../fold/fold.ts';

/** Where the history ends. By default it has no end. */
export type Moment = {
  /** The last offset in its topic. */
  offset?: number | null | undefined;
  /** Up to the newest event recorded at this instant or before; also right if the clock was set back in between. */
  time?: Date | null | undefined;
};

type Row = Omit<FoldableEvent, 'offset'> & { offset: string };

/**
 * The events of a conversation from its first, in order.
 * @param of.username the required owner; undefined allows any
 * @returns an empty list if there is no such conversation, or it had not started
 */
export async function readHistory(
  pool: Pick<pg.Pool, 'query'>,
  of: { conversationId: string; username?: string | undefined },
  until: Moment,
): Promise<FoldableEvent[]> {
  const { rows } = await pool.query<Row>({
    name: 'read_history',
    text: `SELECT topic, "offset", type, conversation_id AS "conversationId", version, recorded_at AS "recordedAt", payload
      FROM event
      WHERE conversation_id = $1
        AND EXISTS (SELECT FROM conversation WHERE id = $1 AND ($2::text IS NULL OR username = $2))
        AND ($3::bigint IS NULL OR "offset" <= $3)
        AND ($4::timestamptz IS NULL OR version <= (SELECT version FROM event
          WHERE conversation_id = $1 AND recorded_at <= $4 ORDER BY version DESC LIMIT 1))
      ORDER BY version`,
    values: [of.conversationId, of.username ?? null, until.offset ?? null, until.time ?? null],
  });
  return rows.map((row) => ({ ...row, offset: Number(row.offset) }));
}
