// Replies that have ended, read from the log once for all who follow them and kept for a moment: a reader comes back
// for each next piece, and many readers may reach the end together.
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { z } from 'zod';
import type { ByChannel } from '../provider/provider.ts';

export type EndedReplies = {
  /** The content of a reply; undefined while it is being produced. */
  read(messageId: string): Promise<ByChannel<string> | undefined>;
};

/** How long a reply is kept that nobody reads. */
const cacheMs = 5_000;
/** UTF-16 code units that are kept together at most. A larger reply is kept alone. */
const maxCachedCharacters = 16 * 1_048_576;

type Answer = Promise<ByChannel<string> | undefined>;
/** Cached from the moment it is asked for, when its length is not known yet. */
type CachedReply = { answer: Answer; length: number };

const storedSchema = z.object({ is_final: z.boolean(), text: z.string(), reasoning: z.string() });

async function readEndedReply(pool: pg.Pool, messageId: string): Answer {
  const { rows } = await pool.query({
    name: 'read_reply',
    text: `SELECT status <> 'streaming' AS is_final, content AS text, coalesce(reasoning, '') AS reasoning
      FROM message WHERE id = $1`,
    values: [messageId],
  });
  const stored = storedSchema.parse(rows[0]);
  return stored.is_final ? { text: stored.text, reasoning: stored.reasoning } : undefined;
}

export function createEndedReplies(pool: pg.Pool): EndedReplies {
  const cache = new LRUCache<string, CachedReply>({
    ttl: cacheMs,
    ttlAutopurge: true,
    updateAgeOnGet: true,
    maxSize: maxCachedCharacters,
    // Never above the maximum: a reply that is not kept would be read again for each of its pieces.
    sizeCalculation: ({ length }) => Math.min(1 + length, maxCachedCharacters),
  });

  function settle(messageId: string, answer: Answer, reply: ByChannel<string> | undefined): void {
    if (cache.peek(messageId)?.answer !== answer) return;
    if (reply === undefined) cache.delete(messageId);
    else cache.set(messageId, { answer, length: reply.text.length + reply.reasoning.length });
  }

  return {
    read(messageId) {
      const cached = cache.get(messageId);
      if (cached !== undefined) return cached.answer;
      const answer = readEndedReply(pool, messageId);
      cache.set(messageId, { answer, length: 0 });
      answer.then(
        (reply) => settle(messageId, answer, reply),
        () => settle(messageId, answer, undefined),
      );
      return answer;
    },
  };
}
