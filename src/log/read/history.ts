// Reads the history of one conversation from the log: all its events up to a moment.
import type pg from 'pg';
import type { FoldableEvent } from '../fold/fold.ts';

/** Up to when; what is not given does not limit. */
export type Moment = {
  /** The last offset of its topic that counts. */
  offset?: number | null | undefined;
  /** Events count up to the newest one that was recorded then or before, though the clock once stepped back. */
  time?: Date | null | undefined;
};

type Row = Omit<FoldableEvent, 'offset'> & { offset: string };

/**
 * The events of a conversation from its first on, in their order.
 * @param of.username whose it must be; undefined: anyone's
 * @returns none where there is no such conversation, or it had not begun
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
