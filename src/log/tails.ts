// The tails of this node: one for each topic that someone follows, for as long as someone does. Woken by the writer
// and by those of other nodes, and once a second by a look at where the topics end, since a wake-up may be lost.
import type pg from 'pg';
import { readEnds } from './reader.ts';
import { type Relay, subjectOf } from './relay.ts';
import { createTail, type Tail } from './tail.ts';

export type Tails = {
  /** The tail of a topic, until it is released as often as it was opened. */
  open(topic: string): Tail;
  release(tail: Tail): void;
  /** Tells what was committed, here and on the other nodes: the newest offset of each topic. A hint. */
  wake(newest: ReadonlyMap<string, number>): void;
  stop(): Promise<void>;
};

type Opened = { tail: Tail; users: number; unsubscribe: () => void };

/** @param onError told once when Postgres stops answering, not each time that it is asked again */
export function createTails(options: {
  pool: pg.Pool;
  relay: Relay;
  pollIntervalMs?: number;
  onError: (error: unknown) => void;
}): Tails {
  const { pool, relay, pollIntervalMs = 1_000 } = options;
  const tails = new Map<string, Opened>();
  let isFailing = false;
  let polling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function failed(error: unknown): void {
    if (!isFailing) options.onError(error);
    isFailing = true;
  }

  async function poll(): Promise<void> {
    try {
      const ends = await readEnds(pool, [...tails.keys()]);
      isFailing = false;
      for (const [topic, { tail }] of tails) tail.wake((ends.get(topic) ?? 0) - 1);
    } catch (error) {
      failed(error);
    }
    if (tails.size > 0) schedule();
    else timer = undefined;
  }

  function schedule(): void {
    timer = setTimeout(() => {
      polling = poll();
    }, pollIntervalMs);
  }

  return {
    open(topic) {
      const known = tails.get(topic);
      if (known !== undefined) {
        known.users += 1;
        return known.tail;
      }
      const tail = createTail({ pool, topic, onError: failed });
      const unsubscribe = relay.subscribe(subjectOf('log', topic), (newest) => {
        if (Number.isSafeInteger(newest)) tail.wake(Number(newest));
      });
      tails.set(topic, { tail, users: 1, unsubscribe });
      tail.wake(-1);
      if (timer === undefined) schedule();
      return tail;
    },
    release(tail) {
      const known = tails.get(tail.topic);
      if (known === undefined || known.tail !== tail) return;
      known.users -= 1;
      if (known.users > 0) return;
      tails.delete(tail.topic);
      known.unsubscribe();
      void tail.stop();
    },
    wake(newest) {
      for (const [topic, offset] of newest) {
        tails.get(topic)?.tail.wake(offset);
        relay.publish(subjectOf('log', topic), offset);
      }
    },
    async stop() {
      clearTimeout(timer);
      const stopped = [...tails.values()].map(({ tail }) => tail.stop());
      tails.clear();
      await Promise.all([...stopped, polling]);
    },
  };
}
