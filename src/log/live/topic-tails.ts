// The topic tails of this node: one for each topic that is followed, as long as it is, and the watchers that only need
// to know that a topic has grown. They are woken by the writers of this and other nodes. Since a wake-up may be lost,
// the ends of the topics are also polled once a second.
import type pg from 'pg';
import { type Relay, subjectOf } from '../../relay/relay.ts';
import { readEnds } from '../read/pages.ts';
import { createTopicTail, type TailListener, type TopicTail } from './topic-tail.ts';

export type TopicTails = {
  /** The tail of a topic. Each call needs a release; the last release stops the tail. */
  open(topic: string): TopicTail;
  release(tail: TopicTail): void;
  /**
   * Calls the listener after commits to a topic, possibly late and once for several, without reading the events.
   * @returns an unsubscribe function
   */
  watch(topic: string, listener: TailListener): () => void;
  /** Reports commits to this and the other nodes: the newest offset of each topic. */
  wake(newestOffsets: ReadonlyMap<string, number>): void;
  stop(): Promise<void>;
};

type OpenTail = { tail: TopicTail; users: number; unsubscribe: () => void };
type Watchers = { listeners: Set<TailListener>; unsubscribe: () => void };

/** @param options.onError called once when Postgres stops answering, not for each failed read */
export function createTopicTails(options: {
  pool: pg.Pool;
  relay: Relay;
  pollIntervalMs?: number;
  onError: (error: unknown) => void;
}): TopicTails {
  const { pool, relay, pollIntervalMs = 1_000 } = options;
  const tails = new Map<string, OpenTail>();
  const watched = new Map<string, Watchers>();
  let isFailing = false;
  let polling = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function reportOnce(error: unknown): void {
    if (!isFailing) options.onError(error);
    isFailing = true;
  }

  function wakeLocal(topic: string, newestOffset: number): void {
    tails.get(topic)?.tail.wake(newestOffset);
    for (const listener of watched.get(topic)?.listeners ?? []) listener(newestOffset);
  }

  function subscribe(topic: string): () => void {
    if (timer === undefined) schedule();
    return relay.subscribe(subjectOf('log', topic), (newestOffset) => {
      if (Number.isSafeInteger(newestOffset)) wakeLocal(topic, Number(newestOffset));
    });
  }

  async function poll(): Promise<void> {
    try {
      const topics = [...new Set([...tails.keys(), ...watched.keys()])];
      const ends = await readEnds(pool, topics);
      isFailing = false;
      for (const topic of topics) wakeLocal(topic, (ends.get(topic) ?? 0) - 1);
    } catch (error) {
      reportOnce(error);
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
      const existing = tails.get(topic);
      if (existing !== undefined) {
        existing.users += 1;
        return existing.tail;
      }
      const tail = createTopicTail({ pool, topic, onError: reportOnce });
      tails.set(topic, { tail, users: 1, unsubscribe: subscribe(topic) });
      tail.wake(-1);
      return tail;
    },
    release(tail) {
      const entry = tails.get(tail.topic);
      if (entry === undefined || entry.tail !== tail) return;
      entry.users -= 1;
      if (entry.users > 0) return;
      tails.delete(tail.topic);
      entry.unsubscribe();
      void tail.stop();
    },
    watch(topic, listener) {
      const watchers = watched.get(topic) ?? { listeners: new Set(), unsubscribe: subscribe(topic) };
      watched.set(topic, watchers);
      watchers.listeners.add(listener);
      return () => {
        if (!watchers.listeners.delete(listener) || watchers.listeners.size > 0) return;
        watched.delete(topic);
        watchers.unsubscribe();
      };
    },
    wake(newestOffsets) {
      for (const [topic, offset] of newestOffsets) {
        wakeLocal(topic, offset);
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
