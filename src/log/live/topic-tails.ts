// The tails of this node: one for each topic that someone follows, for as long as someone does; and those who only
// want to know that a topic has grown. Woken by the writer
// and by those of other nodes, and once a second by a look at where the topics end, since a wake-up may be lost.
import type pg from 'pg';
import { type Relay, subjectOf } from '../../relay/relay.ts';
import { readEnds } from '../read/pages.ts';
import { createTail, type Tail, type TailListener } from './topic-tail.ts';

export type Tails = {
  /** The tail of a topic, until it is released as often as it was opened. */
  open(topic: string): Tail;
  release(tail: Tail): void;
  /**
   * Tells of each commit to a topic, sooner or later and perhaps several at once, without reading the events.
   * @returns a function that ends it
   */
  watch(topic: string, listener: TailListener): () => void;
  /** Tells what was committed, here and on the other nodes: the newest offset of each topic. A hint. */
  wake(newest: ReadonlyMap<string, number>): void;
  stop(): Promise<void>;
};

type Opened = { tail: Tail; users: number; unsubscribe: () => void };
type Watched = { listeners: Set<TailListener>; unsubscribe: () => void };

/** @param onError told once when Postgres stops answering, not each time that it is asked again */
export function createTails(options: {
  pool: pg.Pool;
  relay: Relay;
  pollIntervalMs?: number;
  onError: (error: unknown) => void;
}): Tails {
  const { pool, relay, pollIntervalMs = 1_000 } = options;
  const tails = new Map<string, Opened>();
  const watched = new Map<string, Watched>();
  let isFailing = false;
  let polling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function failed(error: unknown): void {
    if (!isFailing) options.onError(error);
    isFailing = true;
  }

  function tell(topic: string, newest: number): void {
    tails.get(topic)?.tail.wake(newest);
    for (const listener of watched.get(topic)?.listeners ?? []) listener(newest);
  }

  function listen(topic: string): () => void {
    if (timer === undefined) schedule();
    return relay.subscribe(subjectOf('log', topic), (newest) => {
      if (Number.isSafeInteger(newest)) tell(topic, Number(newest));
    });
  }

  async function poll(): Promise<void> {
    try {
      const topics = [...new Set([...tails.keys(), ...watched.keys()])];
      const ends = await readEnds(pool, topics);
      isFailing = false;
      for (const topic of topics) tell(topic, (ends.get(topic) ?? 0) - 1);
    } catch (error) {
      failed(error);
    }
    if (tails.size + watched.size > 0) schedule();
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
      tails.set(topic, { tail, users: 1, unsubscribe: listen(topic) });
      tail.wake(-1);
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
    watch(topic, listener) {
      const known = watched.get(topic) ?? { listeners: new Set(), unsubscribe: listen(topic) };
      watched.set(topic, known);
      known.listeners.add(listener);
      return () => {
        if (!known.listeners.delete(listener) || known.listeners.size > 0) return;
        watched.delete(topic);
        known.unsubscribe();
      };
    },
    wake(newest) {
      for (const [topic, offset] of newest) {
        tell(topic, offset);
        relay.publish(subjectOf('log', topic), offset);
      }
    },
    async stop() {
      clearTimeout(timer);
      const stopped = [...tails.values()].map(({ tail }) => tail.stop());
      tails.clear();
      watched.clear();
      await Promise.all([...stopped, polling]);
    },
  };
}
