// Keeps the text of this node's running replies in Postgres, so that a crash loses at most one interval of it:
// every 250 ms one statement for all of them together, and about once a second one that renews their leases.
import type pg from 'pg';
import type { LiveText } from './live-text.ts';

const flushIntervalMs = 250;
/** How often a lease is renewed before it would run out. */
const renewalsPerLease = 10;

export type TokenLog = {
  register(messageId: string, text: LiveText): void;
  /** The reply's end is in the log: its rows go away. */
  unregister(messageId: string): void;
  /** Ends the loop after a last round. */
  stop(): Promise<void>;
};

type Entry = { text: LiveText; persisted: number };

/**
 * @param onStopRequested called where another node asks to stop one of the replies
 * @param onError called when Postgres did not take a round; the next one carries what it missed
 */
export function createTokenLog(options: {
  pool: pg.Pool;
  nodeId: string;
  leaseMs: number;
  onStopRequested: (messageId: string) => void;
  onError: (error: unknown) => void;
}): TokenLog {
  const { pool, nodeId, leaseMs } = options;
  const entries = new Map<string, Entry>();
  const ended = new Set<string>();
  let renewedAt = 0;
  let isStopped = false;
  let round: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function persistText(): Promise<void> {
    const due = [...entries]
      .map(([messageId, entry]) => ({ messageId, entry, from: entry.persisted, to: entry.text.length }))
      .filter(({ from, to }) => to > from);
    if (due.length === 0) return;
    // Only of replies that nobody has ended meanwhile: a node that was paused must not leave rows behind.
    await pool.query({
      name: 'persist_text',
      text: `INSERT INTO token_log (message_id, text_offset, text)
        SELECT t.message_id, t.text_offset, t.text FROM unnest($1::text[], $2::int[], $3::text[]) AS t (message_id, text_offset, text)
        JOIN message AS m ON m.id = t.message_id AND m.status = 'streaming'
        ON CONFLICT DO NOTHING`,
      values: [
        due.map(({ messageId }) => messageId),
        due.map(({ from }) => from),
        due.map(({ entry, from, to }) => entry.text.read(from, to - from)),
      ],
    });
    for (const { entry, to } of due) entry.persisted = to;
  }

  async function renewLeases(): Promise<void> {
    if (entries.size === 0 || Date.now() - renewedAt < leaseMs / renewalsPerLease) return;
    const { rows } = await pool.query<{ message_id: string; stop_requested: boolean }>({
      name: 'renew_leases',
      text: `INSERT INTO generation AS g (message_id, node_id, lease_until)
        SELECT id, $2, now() + $3 * interval '1 ms' FROM unnest($1::text[]) AS id ORDER BY id
        ON CONFLICT (message_id) DO UPDATE SET lease_until = excluded.lease_until
        RETURNING g.message_id, g.stop_requested`,
      values: [[...entries.keys()], nodeId, leaseMs],
    });
    renewedAt = Date.now();
    for (const row of rows) if (row.stop_requested) options.onStopRequested(row.message_id);
  }

  async function forgetEnded(): Promise<void> {
    // A copy: replies go on to end while the statement runs, and wait for the next round.
    const gone = [...ended];
    if (gone.length === 0) return;
    await pool.query({
      name: 'forget_ended',
      text: `WITH t AS (DELETE FROM token_log WHERE message_id = ANY ($1))
        DELETE FROM generation WHERE message_id = ANY ($1)`,
      values: [gone],
    });
    for (const messageId of gone) ended.delete(messageId);
  }

  async function runRound(): Promise<void> {
    try {
      await persistText();
      await renewLeases();
      await forgetEnded();
    } catch (error) {
      options.onError(error);
    }
  }

  function schedule(): void {
    if (timer !== undefined || isStopped) return;
    timer = setTimeout(() => {
      round = runRound().then(() => {
        timer = undefined;
        if (entries.size > 0 || ended.size > 0) schedule();
      });
    }, flushIntervalMs);
  }

  return {
    register(messageId, text) {
      entries.set(messageId, { text, persisted: 0 });
      schedule();
    },
    unregister(messageId) {
      if (entries.delete(messageId)) ended.add(messageId);
      schedule();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
      await runRound();
    },
  };
}
