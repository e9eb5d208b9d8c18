// Cursors over replies: each computes its next piece when it is asked, from memory where the reply runs on this
// node, from Postgres where it ran elsewhere or has ended. What a slow reader did not ask for is not held for it.
import type pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { cutText, type LiveText } from './live-text.ts';
import type { Generations } from './run.ts';

export type GenerationUpdate =
  | { kind: 'delta'; messageId: string; offset: number; end: number; text: string }
  | { kind: 'end'; messageId: string };

export type Follower = {
  /** @param after text offset in UTF-16 code units up to which the reader has the text */
  follow(messageId: string, after: number): AsyncIterableIterator<GenerationUpdate>;
  /** How many cursors are open. */
  readonly openCount: number;
};

/** UTF-16 code units in one delta at most. */
const pieceLength = 16_384;
/** How often a reply that runs on another node is looked at. */
const pollIntervalMs = 250;
/** How long a reader is kept while Postgres does not answer. */
const patienceMs = 10_000;

const storedSchema = z.object({ is_final: z.boolean(), text: z.string() });

/** The whole text that Postgres knows of a reply: its content once it ended, else what was persisted of it. */
async function readStored(pool: pg.Pool, messageId: string): Promise<z.output<typeof storedSchema>> {
  const { rows } = await pool.query({
    name: 'read_reply',
    text: `SELECT m.status <> 'streaming' AS is_final, CASE WHEN m.status <> 'streaming' THEN m.content ELSE coalesce(
        (SELECT string_agg(t.text, '' ORDER BY t.text_offset) FROM token_log AS t WHERE t.message_id = m.id), '') END AS text
      FROM message AS m WHERE m.id = $1`,
    values: [messageId],
  });
  return storedSchema.parse(rows[0]);
}

function checkBoundary(text: string, after: number): void {
  const next = text.charCodeAt(0);
  if (after > 0 && next >= 0xdc00 && next <= 0xdfff) {
    throw new AppError(
      'INVALID_INPUT',
      `after ${after} lies inside a character: pass the end of the last delta.`,
    );
  }
}

export function createFollower(options: { generations: Generations; pool: pg.Pool }): Follower {
  let openCount = 0;

  function follow(messageId: string, start: number): AsyncIterableIterator<GenerationUpdate> {
    let offset = start;
    let isClosed = false;
    let hasEnded = false;
    let failingSince: number | undefined;
    /** Ends the wait that next() is in. */
    let wake: (() => void) | undefined;
    let live: LiveText | undefined = options.generations.live(messageId);
    openCount += 1;

    function close(): void {
      if (isClosed) return;
      isClosed = true;
      openCount -= 1;
      wake?.();
    }

    function waitFor(subscribe: (listener: () => void) => () => void): Promise<void> {
      return new Promise((resolve) => {
        const release = subscribe(() => finish());
        const finish = () => {
          wake = undefined;
          release();
          resolve();
        };
        wake = finish;
      });
    }

    function pause(): Promise<void> {
      return waitFor((listener) => {
        const timer = setTimeout(listener, pollIntervalMs);
        return () => clearTimeout(timer);
      });
    }

    function delta(text: string): GenerationUpdate {
      checkBoundary(text, offset);
      const from = offset;
      offset += text.length;
      return { kind: 'delta', messageId, offset: from, end: offset, text };
    }

    async function fromMemory(text: LiveText): Promise<GenerationUpdate | undefined> {
      const piece = text.read(offset, pieceLength);
      if (piece !== '') return delta(piece);
      // Ended: what is in the log now decides, since recovery may have been first.
      if (text.isClosed) live = undefined;
      else await waitFor((listener) => text.onceChanged(listener));
      return undefined;
    }

    async function fromStore(): Promise<GenerationUpdate | undefined> {
      const stored = await readStoredOrWait();
      if (stored === undefined) return undefined;
      const piece = cutText(stored.text.slice(offset), pieceLength);
      if (piece !== '') return delta(piece);
      if (stored.is_final) {
        hasEnded = true;
        return { kind: 'end', messageId };
      }
      await pause();
      return undefined;
    }

    /** A connection to Postgres that broke is no reason to leave the reader: the next one is tried for a while. */
    async function readStoredOrWait() {
      try {
        const stored = await readStored(options.pool, messageId);
        failingSince = undefined;
        return stored;
      } catch (error) {
        failingSince ??= Date.now();
        if (Date.now() - failingSince > patienceMs) throw error;
        await pause();
        return undefined;
      }
    }

    async function next(): Promise<IteratorResult<GenerationUpdate>> {
      try {
        while (!isClosed && !hasEnded) {
          const update = live === undefined ? await fromStore() : await fromMemory(live);
          if (update !== undefined && !isClosed) return { value: update, done: false };
        }
      } catch (error) {
        close();
        throw error;
      }
      close();
      return { value: undefined, done: true };
    }

    return {
      next,
      // Not an async generator: its return() would wait for the next piece of text before it frees anything.
      return() {
        close();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    follow,
    get openCount() {
      return openCount;
    },
  };
}
