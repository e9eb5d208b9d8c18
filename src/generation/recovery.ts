// Ends the replies whose node died: when their lease has run out they become interrupted, with the text that was
// persisted. Any node does it for all; the log lets only the first end of a reply in.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { newId } from '../log/identifier.ts';
import type { LogWriter } from '../log/writer.ts';

export type Recovery = { stop(): Promise<void> };

const orphanSchema = z.array(z.object({ id: z.string(), text: z.string() }));
const orphansPerRound = 100;

/** Replies without a lease that holds. One that began just now may not have its lease yet: only the clock of
 * Postgres counts, since that of its node may be late. */
async function findOrphans(pool: pg.Pool, leaseMs: number): Promise<z.output<typeof orphanSchema>> {
  const { rows } = await pool.query({
    name: 'find_orphans',
    text: `SELECT m.id, coalesce(
          (SELECT string_agg(t.text, '' ORDER BY t.text_offset) FROM token_log AS t WHERE t.message_id = m.id), '') AS text
        FROM message AS m
        JOIN event AS e ON e.conversation_id = m.conversation_id AND e.version = m.position
        LEFT JOIN generation AS g ON g.message_id = m.id
        WHERE m.status = 'streaming'
          AND coalesce(g.lease_until, e.recorded_at + $1 * interval '1 ms') < now()
        ORDER BY m.id LIMIT $2`,
    values: [leaseMs, orphansPerRound],
  });
  return orphanSchema.parse(rows);
}

export function startRecovery(options: {
  pool: pg.Pool;
  writer: LogWriter;
  leaseMs: number;
  onRecovered: (messageId: string) => void;
  onError: (error: unknown) => void;
}): Recovery {
  const { pool, writer, leaseMs } = options;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function interrupt(orphan: { id: string; text: string }): Promise<void> {
    const payload = { id: orphan.id, status: 'interrupted', content: orphan.text } as const;
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

  async function runRound(): Promise<void> {
    try {
      for (const orphan of await findOrphans(pool, leaseMs)) {
        if (!isStopped) await interrupt(orphan);
      }
    } catch (error) {
      options.onError(error);
    }
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      round = runRound().then(() => {
        if (!isStopped) schedule(Math.min(1_000, leaseMs / 4));
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
