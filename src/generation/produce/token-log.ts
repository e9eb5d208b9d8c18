// Keeps the text and reasoning of this node's running replies in Postgres, so that a crash loses at most one interval:
// every 250 ms one statement for all of them together, and up to twice a second one that renews their leases.
import type { LiveReply } from './live-reply.ts';
import { claimLease, forgetReplies, type LeaseHolder, renewLeases, storePieces } from './token-log-store.ts';
import {
  canDrop,
  findUnpersisted,
  markPersisted,
  type PersistedReply,
  trackReply,
  unpersistedLength,
} from './unpersisted-text.ts';

const flushIntervalMs = 250;
/** How often a lease is renewed before it would expire, and at least how often: a renewal also finds stop requests. */
const renewalsPerLease = 10;
const maxRenewalIntervalMs = 500;
/** UTF-16 code units in one statement: after an outage there may be more, which the next statements take. */
const maxCharactersPerRound = 4_194_304;

export type TokenLog = {
  /**
   * Takes the lease of the reply and keeps its text. A claim whose answer was lost may be repeated.
   * @returns false if another node holds the lease, or the reply has ended
   */
  claim(messageId: string, reply: LiveReply): Promise<boolean>;
  /** The reply's end is in the log: its rows are deleted. */
  unregister(messageId: string): void;
  /** The reply's end could not be written: its text stays and its lease expires, so that recovery ends it. */
  abandon(messageId: string): void;
  /** Ends the loop after a last round. */
  stop(): Promise<void>;
};

/**
 * @param onStopRequested called when another node asks to stop one of the replies
 * @param onLost called when another node has ended one of the replies, because this node was paused for too long
 * @param onError called when Postgres did not take a round; the next one includes what it missed
 */
export function createTokenLog(
  options: LeaseHolder & {
    onStopRequested: (messageId: string) => void;
    onLost: (messageId: string) => void;
    onError: (error: unknown) => void;
  },
): TokenLog {
  const { pool, leaseMs } = options;
  const entries = new Map<string, PersistedReply>();
  const ended = new Set<string>();
  let renewedAt = 0;
  let isStopped = false;
  let round: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function persistText(): Promise<void> {
    const pieces = findUnpersisted(entries, maxCharactersPerRound);
    if (pieces.length === 0) return;
    await storePieces(pool, pieces);
    markPersisted(pieces);
  }

  function dropAbandoned(): void {
    for (const [messageId, entry] of entries) if (canDrop(entry)) entries.delete(messageId);
  }

  async function renewDueLeases(): Promise<void> {
    const leased = [...entries].filter(([, entry]) => !entry.isAbandoned).map(([messageId]) => messageId);
    const intervalMs = Math.min(leaseMs / renewalsPerLease, maxRenewalIntervalMs);
    if (leased.length === 0 || Date.now() - renewedAt < intervalMs) return;
    const renewed = await renewLeases(options, leased);
    renewedAt = Date.now();
    for (const { messageId, isStopRequested } of renewed) {
      if (isStopRequested) options.onStopRequested(messageId);
    }
    const renewedIds = new Set(renewed.map(({ messageId }) => messageId));
    for (const messageId of leased) {
      if (!renewedIds.has(messageId) && entries.has(messageId)) options.onLost(messageId);
    }
  }

  async function forgetEnded(): Promise<void> {
    // A copy: more replies end while the statement runs, and wait for the next round.
    const messageIds = [...ended];
    if (messageIds.length === 0) return;
    await forgetReplies(pool, messageIds);
    for (const messageId of messageIds) ended.delete(messageId);
  }

  async function runRound(): Promise<void> {
    try {
      await persistText();
      dropAbandoned();
      await renewDueLeases();
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
      if (!(await claimLease(options, messageId))) return false;
      entries.set(messageId, trackReply(reply));
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
      // The last text of abandoned replies may be more than one round takes; a round that fails stores none.
      for (let lengthBefore = -1; unpersistedLength(entries) !== lengthBefore; ) {
        lengthBefore = unpersistedLength(entries);
        await runRound();
      }
    },
  };
}
