// Replies that have ended, read from the log by the piece: each is asked for once for all who read it, and kept for a
// moment, since a reader comes back for the next piece and many may come to the end together.
import type pg from 'pg';
import { z } from 'zod';
import type { ByChannel } from '../provider/provider.ts';

export type EndedReplies = {
  /** What a reply said; undefined while it is being produced. */
  read(messageId: string): Promise<ByChannel<string> | undefined>;
};

/** How long one is kept that nobody asks for. */
const cacheMs = 5_000;
/** UTF-16 code units that are kept together at the most, but for the one that was asked for last. */
const maxCachedCharacters = 16 * 1_048_576;

const storedSchema = z.object({ is_final: z.boolean(), text: z.string(), reasoning: z.string() });

type Kept = { answer: Promise<ByChannel<string> | undefined>; length: number; timer: NodeJS.Timeout };

async function readEndedReply(pool: pg.Pool, messageId: string): Promise<ByChannel<string> | undefined> {
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
  /** The one that was asked for longest ago is the first. */
  const kept = new Map<string, Kept>();
  let keptLength = 0;

  function forget(messageId: string): void {
    const entry = kept.get(messageId);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    kept.delete(messageId);
    keptLength -= entry.length;
  }

  function keep(messageId: string, answer: Kept['answer'], length: number): void {
    forget(messageId);
    const timer = setTimeout(forget, cacheMs, messageId).unref();
    kept.set(messageId, { answer, length, timer });
    keptLength += length;
    for (const oldest of kept.keys()) {
      if (keptLength <= maxCachedCharacters || oldest === messageId) return;
      forget(oldest);
    }
  }

  return {
    read(messageId) {
      const known = kept.get(messageId);
      if (known !== undefined) {
        keep(messageId, known.answer, known.length);
        return known.answer;
      }
      const answer = readEndedReply(pool, messageId);
      keep(messageId, answer, 0);
      const isKept = () => kept.get(messageId)?.answer === answer;
      answer.then(
        (said) => {
          if (!isKept()) return;
          if (said === undefined) forget(messageId);
          else keep(messageId, answer, said.text.length + said.reasoning.length);
        },
        () => isKept() && forget(messageId),
      );
      return answer;
    },
  };
}
