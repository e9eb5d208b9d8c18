// Keeps the text and reasoning of this node's running replies in Postgres, so that a crash loses at most one interval of it:
// every 250 ms one statement for all of them together, and about once a second one that renews their leases.
import type pg from 'pg';
import { type Channel, channels } from '../provider/provider.ts';
import type { LiveReply } from './live-reply.ts';

const flushIntervalMs = 250;
/** How often a lease is renewed before it would run out, and how rarely at the most: a renewal also tells of stops. */
const renewalsPerLease = 10;
const maxRenewalIntervalMs = 500;
/** UTF-16 code units in one statement: after an outage there may be more, which the next ones carry. */
const maxCharactersPerRound = 4_194_304;

export type TokenLog = {
  /**
   * Takes the lease of the reply, and keeps what comes of it. A claim whose answer was lost may be made again.
   * @returns false where another node has it, or the reply has ended
   */
  claim(messageId: string, reply: LiveReply): Promise<boolean>;
  /** The reply's end is in the log: its rows go away. */
  unregister(messageId: string): void;
  /** The reply's end could not be written: its text stays, and its lease runs out, so that recovery ends it. */
  abandon(messageId: string): void;
  /** Ends the loop after a last round. */
  stop(): Promise<void>;
};

type Entry = {
  reply: LiveReply;
  /** Up to which text offset. */
  persisted: Record<Channel, number>;
  isAbandoned: boolean;
};
/** What is not persisted of a channel of a reply, from a text offset on. */
type Due = { messageId: string; entry: Entry; channel: Channel; from: number; text: string };

/**
 * @param onStopRequested called where another node asks to stop one of the replies
 * @param onLost called where one of the replies was ended by another node, since this one was paused for too long
 * @param onError called when Postgres did not take a round; the next one carries what it missed
 */
export function createTokenLog(options: {
  pool: pg.Pool;
  nodeId: string;
  leaseMs: number;
  onStopRequested: (messageId: string) => void;
  onLost: (messageId: string) => void;
  onError: (error: unknown) => void;
}): TokenLog {
  const { pool, nodeId, leaseMs } = options;
  const entries = new Map<string, Entry>();
  const ended = new Set<string>();
  let renewedAt = 0;
  let isStopped = false;
  let round: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function findUnpersisted(): Due[] {
    const due: Due[] = [];
    let rest = maxCharactersPerRound;
    for (const [messageId, entry] of entries) {
      for (const channel of channels) {
        const from = entry.persisted[channel];
        const text = entry.reply[channel].read(from, rest);
        rest -= text.length;
        if (text !== '') due.push({ messageId, entry, channel, from, text });
      }
    }
    return due;
  }

  async function persistText(): Promise<void> {
    const due = findUnpersisted();
    if (due.length === 0) return;
    // Only of replies that nobody has ended meanwhile: a node that was paused must not leave rows behind.
    await pool.query({
      name: 'persist_text',
      text: `INSERT INTO token_log (message_id, channel, text_offset, text)
        SELECT t.* FROM unnest($1::text[], $2::generation_channel[], $3::int[], $4::text[]) AS t (message_id, channel, text_offset, text)
        JOIN message AS m ON m.id = t.message_id AND m.status = 'streaming'
        -- The round before was taken after all, though its answer was lost: what came since is not to be missing.
        ON CONFLICT ON CONSTRAINT token_log_pkey DO UPDATE SET text = excluded.text
        WHERE length(excluded.text) > length(token_log.text)`,
      values: [
        due.map(({ messageId }) => messageId),
        due.map(({ channel }) => channel),
        due.map(({ from }) => from),
        due.map(({ text }) => text),
      ],
    });
    for (const { entry, channel, from, text } of due) entry.persisted[channel] = from + text.length;
  }

  function unpersisted(): number {
    let length = 0;
    for (const { reply, persisted } of entries.values())
      for (const channel of channels) length += reply[channel].length - persisted[channel];
    return length;
  }

  function dropAbandoned(): void {
    for (const [messageId, entry] of entries) {
      const isPersisted = channels.every(
        (channel) => entry.persisted[channel] === entry.reply[channel].length,
      );
      if (entry.isAbandoned && isPersisted) entries.delete(messageId);
    }
  }

  async function renewLeases(): Promise<void> {
    const held = [...entries].filter(([, { isAbandoned: isLeft }]) => !isLeft);
    const intervalMs = Math.min(leaseMs / renewalsPerLease, maxRenewalIntervalMs);
    if (held.length === 0 || Date.now() - renewedAt < intervalMs) return;
    const ids = held.map(([messageId]) => messageId);
    const { rows } = await pool.query<{ message_id: string; stop_requested: boolean }>({
      name: 'renew_leases',
      text: `INSERT INTO generation AS g (message_id, node_id, lease_until)
        SELECT m.id, $2, now() + $3 * interval '1 ms' FROM message AS m
        WHERE m.id = ANY ($1) AND m.status = 'streaming' ORDER BY m.id
        ON CONFLICT (message_id) DO UPDATE SET lease_until = excluded.lease_until WHERE g.node_id = $2
        RETURNING g.message_id, g.stop_requested`,
      values: [ids, nodeId, leaseMs],
    });
    renewedAt = Date.now();
    for (const row of rows) if (row.stop_requested) options.onStopRequested(row.message_id);
    const renewed = new Set(rows.map((row) => row.message_id));
    for (const messageId of ids)
      if (!renewed.has(messageId) && entries.has(messageId)) options.onLost(messageId);
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
      dropAbandoned();
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
    async claim(messageId, reply) {
      const { rowCount } = await pool.query({
        name: 'claim_generation',
        text: `INSERT INTO generation AS g (message_id, node_id, lease_until)
          SELECT m.id, $2, now() + $3 * interval '1 ms' FROM message AS m WHERE m.id = $1 AND m.status = 'streaming'
          ON CONFLICT (message_id) DO UPDATE SET lease_until = excluded.lease_until WHERE g.node_id = $2`,
        values: [messageId, nodeId, leaseMs],
      });
      if (rowCount !== 1) return false;
      entries.set(messageId, { reply, persisted: { text: 0, reasoning: 0 }, isAbandoned: false });
      schedule();
      return true;
    },
    unregister(messageId) {
      if (entries.delete(messageId)) ended.add(messageId);
      schedule();
    },
    abandon(messageId) {
      const entry = entries.get(messageId);
      if (entry !== undefined) entry.isAbandoned = true;
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await round;
      // The last text of replies that were left may be more than one round takes; a round that fails takes none.
      for (let before = -1; unpersisted() !== before; ) {
        before = unpersisted();
        await runRound();
      }
    },
  };
}
