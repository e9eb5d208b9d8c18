// The only file that writes the tables `token_log` (the text so far of running replies) and `generation` (who produces
// a reply until when, and whether it is to be stopped).
import type pg from 'pg';
import type { Channel } from '../provider/provider.ts';

export type StoredPiece = { messageId: string; channel: Channel; offset: number; text: string };

/** Who asks for leases, and for how long. */
export type LeaseHolder = { pool: pg.Pool; nodeId: string; leaseMs: number };

/** Stores pieces of running replies. Storing one again, also with more text, does not repeat it. */
export async function storePieces(pool: pg.Pool, pieces: StoredPiece[]): Promise<void> {
  // Only of replies that nobody has ended meanwhile: a node that was paused must not leave rows behind.
  await pool.query({
    name: 'store_pieces',
    text: `INSERT INTO token_log (message_id, channel, text_offset, text)
      SELECT t.* FROM unnest($1::text[], $2::generation_channel[], $3::int[], $4::text[]) AS t (message_id, channel, text_offset, text)
      JOIN message AS m ON m.id = t.message_id AND m.status = 'streaming'
      -- The round before was stored after all, though its answer was lost: text that came since must not be missing.
      ON CONFLICT ON CONSTRAINT token_log_pkey DO UPDATE SET text = excluded.text
      WHERE length(excluded.text) > length(token_log.text)`,
    values: [
      pieces.map(({ messageId }) => messageId),
      pieces.map(({ channel }) => channel),
      pieces.map(({ offset }) => offset),
      pieces.map(({ text }) => text),
    ],
  });
}

/** @returns false if another node holds the lease, or the reply has ended */
export async function claimLease(
  { pool, nodeId, leaseMs }: LeaseHolder,
  messageId: string,
): Promise<boolean> {
  const { rowCount } = await pool.query({
    name: 'claim_lease',
    text: `INSERT INTO generation AS g (message_id, node_id, lease_until)
      SELECT m.id, $2, now() + $3 * interval '1 ms' FROM message AS m WHERE m.id = $1 AND m.status = 'streaming'
      ON CONFLICT (message_id) DO UPDATE SET lease_until = excluded.lease_until WHERE g.node_id = $2`,
    values: [messageId, nodeId, leaseMs],
  });
  return rowCount === 1;
}

/** @returns the replies whose lease was renewed; the others have been ended by another node */
export async function renewLeases(
  { pool, nodeId, leaseMs }: LeaseHolder,
  messageIds: string[],
): Promise<{ messageId: string; isStopRequested: boolean }[]> {
  const { rows } = await pool.query<{ message_id: string; stop_requested: boolean }>({
    name: 'renew_leases',
    text: `INSERT INTO generation AS g (message_id, node_id, lease_until)
      SELECT m.id, $2, now() + $3 * interval '1 ms' FROM message AS m
      WHERE m.id = ANY ($1) AND m.status = 'streaming' ORDER BY m.id
      ON CONFLICT (message_id) DO UPDATE SET lease_until = excluded.lease_until WHERE g.node_id = $2
      RETURNING g.message_id, g.stop_requested`,
    values: [messageIds, nodeId, leaseMs],
  });
  return rows.map((row) => ({ messageId: row.message_id, isStopRequested: row.stop_requested }));
}

/** The node that produces the reply sees the request when it renews its lease. */
export async function storeStopRequest(pool: pg.Pool, messageId: string): Promise<void> {
  await pool.query('UPDATE generation SET stop_requested = true WHERE message_id = $1', [messageId]);
}

/** Deletes everything about replies whose end is in the log. */
export async function forgetReplies(pool: pg.Pool, messageIds: string[]): Promise<void> {
  await pool.query({
    name: 'forget_replies',
    text: `WITH texts AS (DELETE FROM token_log WHERE message_id = ANY ($1))
      DELETE FROM generation WHERE message_id = ANY ($1)`,
    values: [messageIds],
  });
}

/**
 * Deletes what a node left behind that died after it had ended a reply. A node that lives deletes its own rows while
 * its lease holds.
 */
export async function sweepEndedReplies(pool: pg.Pool): Promise<void> {
  await pool.query({
    name: 'sweep_ended_replies',
    text: `WITH RECURSIVE logged (id) AS (
        SELECT min(message_id) FROM token_log
        UNION ALL
        SELECT (SELECT min(t.message_id) FROM token_log AS t WHERE t.message_id > logged.id)
        FROM logged WHERE logged.id IS NOT NULL
      ), ended AS MATERIALIZED (
        SELECT m.id FROM (SELECT id FROM logged UNION SELECT message_id FROM generation) AS stored (id)
        JOIN message AS m ON m.id = stored.id AND m.status <> 'streaming'
        WHERE NOT EXISTS (SELECT FROM generation AS g WHERE g.message_id = m.id AND g.lease_until > now())
      ), texts AS (
        DELETE FROM token_log WHERE message_id IN (SELECT id FROM ended)
      )
      DELETE FROM generation WHERE message_id IN (SELECT id FROM ended)`,
  });
}
