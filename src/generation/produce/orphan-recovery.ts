// Ends the replies whose node died: when their lease has run out they become interrupted, with what of them was
// persisted. Any node does it for all; the log lets only the first end of a reply in.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { newId } from '../../lib/ulid.ts';
import type { LogWriter } from '../../log/writer.ts';
import type { ByChannel } from '../provider/provider.ts';
import { contentFields } from './generate-reply.ts';

export type Recovery = { stop(): Promise<void> };

const orphanSchema = z.array(z.object({ id: z.string(), text: z.string(), reasoning: z.string() }));
type Orphan = z.output<typeof orphanSchema>[number];
/** Of texts that are in memory at once. */
const orphansPerPage = 100;

/** Replies without a lease that holds. One that began just now may not have its lease yet: only the clock of
 * Postgres counts, since that of its node may be late. */
async function findOrphans(pool: pg.Pool, leaseMs: number): Promise<Orphan[]> {
  const { rows } = await pool.query({
    name: 'find_orphans',
    text: `SELECT m.id, coalesce(kept.text, '') AS text, coalesce(kept.reasoning, '') AS reasoning
        FROM message AS m
        JOIN event AS e ON e.conversation_id = m.conversation_id AND e.version = m.position
        LEFT JOIN generation AS g ON g.message_id = m.id
        CROSS JOIN LATERAL (
          SELECT string_agg(t.text, '' ORDER BY t.text_offset) FILTER (WHERE t.channel = 'text') AS text,
                 string_agg(t.text, '' ORDER BY t.text_offset) FILTER (WHERE t.channel = 'reasoning') AS reasoning
          FROM token_log AS t WHERE t.message_id = m.id
        ) AS kept
        WHERE m.status = 'streaming'
          AND coalesce(g.lease_until, e.recorded_at + $1 * interval '1 ms') < now()
        ORDER BY m.id LIMIT $2`,
    values: [leaseMs, orphansPerPage],
  });
  return orphanSchema.parse(rows);
}

/** A node that died after it had ended a reply left rows of it; one that lives removes its own while its lease holds. */
async function sweepEnded(pool: pg.Pool): Promise<void> {
  await pool.query({
    name: 'sweep_ended',
    text: `WITH RECURSIVE held (id) AS (
        SELECT min(message_id) FROM token_log
        UNION ALL
        SELECT (SELECT min(t.message_id) FROM token_log AS t WHERE t.message_id > held.id) FROM held WHERE held.id IS NOT NULL
      ), ended AS MATERIALIZED (
        SELECT m.id FROM (SELECT id FROM held UNION SELECT message_id FROM generation) AS kept (id)
        JOIN message AS m ON m.id = kept.id AND m.status <> 'streaming'
        WHERE NOT EXISTS (SELECT FROM generation AS g WHERE g.message_id = m.id AND g.lease_until > now())
      ), texts AS (
        DELETE FROM token_log WHERE message_id IN (SELECT id FROM ended)
      )
      DELETE FROM generation WHERE message_id IN (SELECT id FROM ended)`,
  });
}

export function startRecovery(options: {
  pool: pg.Pool;
  writer: LogWriter;
  leaseMs: number;
  /** What readers on this node have of a reply. */
  knownText: (messageId: string) => ByChannel<string> | undefined;
  /** Whether this node is producing the reply: it renews the lease itself, late as it may be. */
  isRunning: (messageId: string) => boolean;
  onRecovered: (messageId: string) => void;
  onError: (error: unknown) => void;
}): Recovery {
  const { pool, writer, leaseMs } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let sweptAt = Number.NEGATIVE_INFINITY;
  let trustsLeasesAt = 0;
  /** How long those that live have for renewing their leases once Postgres answers again. */
  const renewalMs = leaseMs / 4;

  /** A node with readers may have more than was kept: what was seen is not taken back. */
  function longest(kept: string, seen = ''): string {
    return seen.startsWith(kept) ? seen : kept;
  }

  async function interrupt(orphan: Orphan): Promise<void> {
    const seen = options.knownText(orphan.id);
    const said = contentFields({
      text: longest(orphan.text, seen?.text),
      reasoning: longest(orphan.reasoning, seen?.reasoning),
    });
    const payload = { id: orphan.id, status: 'interrupted', ...said } as const;
    try {
      const events = [{ id: newId(), type: 'UPDATE_MESSAGE', payload } as const];
      await writer.append({ actor: null, isPrivileged: true, events });
      options.onRecovered(orphan.id);
    } catch (error) {
      // Its own node was only slow, and ended it after all.
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    }
    await pool.query('DELETE FROM token_log WHERE message_id = $1', [orphan.id]);
    await pool.query('DELETE FROM generation WHERE message_id = $1', [orphan.id]);
  }

  /** While Postgres did not answer, those that live could not renew their leases either. */
  function suspendLeaseExpiry(): void {
    trustsLeasesAt = performance.now() + renewalMs;
  }

  async function runRound(): Promise<void> {
    try {
      for (let isMore = true; isMore && !isStopped; ) {
        const askedAt = performance.now();
        const orphans = await findOrphans(pool, leaseMs);
        if (performance.now() - askedAt > renewalMs) suspendLeaseExpiry();
        if (performance.now() < trustsLeasesAt) return;
        const due = orphans.filter(({ id }) => !options.isRunning(id));
        // Together: the log takes them in one commit.
        await Promise.all(due.map(interrupt));
        isMore = orphans.length === orphansPerPage && due.length > 0;
      }
      if (performance.now() - sweptAt < leaseMs) return;
      await sweepEnded(pool);
      sweptAt = performance.now();
    } catch (error) {
      suspendLeaseExpiry();
      options.onError(error);
    }
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      round = runRound().then(() => {
        if (!isStopped) schedule(Math.min(1_000, leaseMs / 8));
      });
    }, delayMs);
  }

  schedule(0);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
