// Ends the replies whose node died: when their lease expires they become INTERRUPTED, with the text that was stored.
// Any node does it for all of them; the log accepts only the first end of a reply.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { newId } from '../../lib/ulid.ts';
import type { LogWriter } from '../../log/writer.ts';
import type { ByChannel } from '../provider/provider.ts';
import { contentFields } from './generate-reply.ts';
import { forgetReplies, sweepEndedReplies } from './token-log-store.ts';

export type Recovery = { stop(): Promise<void> };

const orphanSchema = z.array(z.object({ id: z.string(), text: z.string(), reasoning: z.string() }));
type Orphan = z.output<typeof orphanSchema>[number];
/** Bounds the texts that are in memory at once. */
const orphansPerPage = 100;
const maxRoundIntervalMs = 1_000;

/**
 * Replies without a valid lease. One that began just now may not have its lease yet. Only the clock of Postgres
 * counts, since that of the reply's node may be slow.
 */
async function findOrphans(pool: pg.Pool, leaseMs: number): Promise<Orphan[]> {
  const { rows } = await pool.query({
    name: 'find_orphans',
    text: `SELECT m.id, coalesce(stored.text, '') AS text, coalesce(stored.reasoning, '') AS reasoning
        FROM message AS m
        JOIN event AS e ON e.conversation_id = m.conversation_id AND e.version = m.position
        LEFT JOIN generation AS g ON g.message_id = m.id
        CROSS JOIN LATERAL (
          SELECT string_agg(t.text, '' ORDER BY t.text_offset) FILTER (WHERE t.channel = 'text') AS text,
                 string_agg(t.text, '' ORDER BY t.text_offset) FILTER (WHERE t.channel = 'reasoning') AS reasoning
          FROM token_log AS t WHERE t.message_id = m.id
        ) AS stored
        WHERE m.status = 'streaming'
          AND coalesce(g.lease_until, e.recorded_at + $1 * interval '1 ms') < now()
        ORDER BY m.id LIMIT $2`,
    values: [leaseMs, orphansPerPage],
  });
  return orphanSchema.parse(rows);
}

/**
 * The text that a recovered reply keeps. A node with readers may have more than was stored: text that was shown is not
 * withdrawn. Text that differs from what was stored is ignored.
 */
export function recoveredText(
  stored: ByChannel<string>,
  shown: ByChannel<string> | undefined,
): ByChannel<string> {
  const longer = (storedText: string, shownText = '') =>
    shownText.startsWith(storedText) ? shownText : storedText;
  return {
    text: longer(stored.text, shown?.text),
    reasoning: longer(stored.reasoning, shown?.reasoning),
  };
}

/**
 * Looks for orphans all the time, several times a lease.
 * @param options.knownText what readers on this node have of a reply
 * @param options.isRunning whether this node produces the reply: it renews the lease itself, however late
 */
export function startRecovery(options: {
  pool: pg.Pool;
  writer: LogWriter;
  leaseMs: number;
  knownText: (messageId: string) => ByChannel<string> | undefined;
  isRunning: (messageId: string) => boolean;
  onRecovered: (messageId: string) => void;
  onError: (error: unknown) => void;
}): Recovery {
  const { pool, writer, leaseMs } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let sweptAt = Number.NEGATIVE_INFINITY;
  let leasesExpireFrom = 0;
  /** How long live nodes have to renew their leases once Postgres answers again. */
  const renewalMs = leaseMs / 4;

  /** While Postgres did not answer, live nodes could not renew their leases either. */
  function suspendLeaseExpiry(): void {
    leasesExpireFrom = performance.now() + renewalMs;
  }

  async function interrupt(orphan: Orphan): Promise<void> {
    const content = contentFields(recoveredText(orphan, options.knownText(orphan.id)));
    const payload = { id: orphan.id, status: 'interrupted', ...content } as const;
    try {
      const events = [{ id: newId(), type: 'UPDATE_MESSAGE', payload } as const];
      await writer.append({ actor: null, isPrivileged: true, events });
      options.onRecovered(orphan.id);
    } catch (error) {
      // Its own node was only slow, and has ended it.
      if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
    }
    await forgetReplies(pool, [orphan.id]);
  }

  /** @returns whether there may be more orphans */
  async function recoverPage(): Promise<boolean> {
    const askedAt = performance.now();
    const orphans = await findOrphans(pool, leaseMs);
    if (performance.now() - askedAt > renewalMs) suspendLeaseExpiry();
    if (performance.now() < leasesExpireFrom) return false;
    const orphansOfOthers = orphans.filter(({ id }) => !options.isRunning(id));
    // Together: the log takes them in one commit.
    await Promise.all(orphansOfOthers.map(interrupt));
    return orphans.length === orphansPerPage && orphansOfOthers.length > 0;
  }

  async function sweepIfDue(): Promise<void> {
    if (performance.now() - sweptAt < leaseMs) return;
    await sweepEndedReplies(pool);
    sweptAt = performance.now();
  }

  async function runRound(): Promise<void> {
    try {
      while (!isStopped && (await recoverPage()));
      if (performance.now() >= leasesExpireFrom) await sweepIfDue();
    } catch (error) {
      suspendLeaseExpiry();
      options.onError(error);
    }
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      round = runRound().then(() => {
        if (!isStopped) schedule(Math.min(maxRoundIntervalMs, leaseMs / 8));
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
