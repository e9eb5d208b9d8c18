// Clients that read from both nodes: replies to their end, and the log from its first event on. They lose their
// connections at random, and when a fault cuts all of them, and go on from where they were.
import { setTimeout as delay } from 'node:timers/promises';
import { type EventReader, startEventReader } from '../support/event-readers.ts';
import type { Random } from '../support/random.ts';
import { BrokenTextError, createReplyReader, type ReplyReader, ways } from '../support/reply-reader.ts';
import type { Ledger } from './ledger.ts';
import { topics } from './writers.ts';

export type Readers = {
  /** Has readers follow the reply from now on. */
  follow(messageId: string): void;
  ofReplies: readonly ReplyReader[];
  ofEvents: readonly EventReader[];
  /** Breaks every connection that is open. */
  cut(): void;
  stop(): Promise<void>;
};

const counts = { perReply: 2, perTopic: 3 };
const mostPieces = 25;
const longestPauseMs = { join: 1_000, reconnect: 300 };

export function startReaders(options: {
  urls: readonly [string, ...string[]];
  ownRandom: () => Random;
  ledger: Ledger;
}): Readers {
  const { urls, ownRandom, ledger } = options;
  const ofReplies: ReplyReader[] = [];
  const running: Promise<void>[] = [];
  let isOver = false;

  /** Reads on somewhere. What fails as a network does is tried again; what a server must not say is a problem. */
  async function readOn(reader: ReplyReader, random: Random): Promise<void> {
    try {
      await reader.readOn(random.pick(urls), random.pick(ways), 1 + random.below(mostPieces));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const isRefusal = text.includes('"code":') && !text.includes('"UPSTREAM_FAILED"');
      if (error instanceof BrokenTextError || isRefusal) throw error;
    }
  }

  async function readThrough(reader: ReplyReader, random: Random): Promise<void> {
    await delay(random.below(longestPauseMs.join));
    while (reader.end === undefined && !isOver) {
      await readOn(reader, random);
      if (reader.end === undefined) await delay(random.below(longestPauseMs.reconnect));
    }
  }

  const ofEvents = topics.flatMap((topic) =>
    Array.from({ length: counts.perTopic }, (_, index) =>
      startEventReader({
        url: urls,
        name: `Reader ${index + 1} of ${topic}`,
        followed: { topic, offset: 0 },
        random: ownRandom(),
      }),
    ),
  );

  return {
    follow(messageId) {
      for (let index = 0; index < counts.perReply; index += 1) {
        const reader = createReplyReader(messageId);
        ofReplies.push(reader);
        const reading = readThrough(reader, ownRandom()).catch((error: unknown) => {
          const reason = error instanceof Error ? error.message : error;
          ledger.problems.push(`A reader of ${messageId}, after ${reader.text.length}: ${reason}`);
        });
        running.push(reading);
      }
    },
    ofReplies,
    ofEvents,
    cut() {
      for (const reader of [...ofReplies, ...ofEvents]) reader.cut();
    },
    async stop() {
      isOver = true;
      for (const reader of ofReplies) reader.cut();
      await Promise.all(running);
      for (const reader of ofEvents) {
        await reader.stop().catch((error: unknown) => {
          ledger.problems.push(error instanceof Error ? error.message : String(error));
        });
      }
    },
  };
}
