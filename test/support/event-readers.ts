// Readers of the log that stall, lose their sockets and go on after the cursor that they received last, now over one
// carrier, now over the other. What they have seen is what a client would have: nothing is sorted out afterwards.
import { setTimeout } from 'node:timers/promises';
import {
  type EventConnection,
  type Followed,
  type FollowedEvent,
  followEvents,
  ways,
} from './event-connection.ts';
import type { Random } from './random.ts';

export type EventReader = {
  readonly name: string;
  readonly followed: Followed;
  /** The ids of the events, as they came. */
  readonly seen: readonly string[];
  /** How often it connected, and how often it stopped reading its socket. */
  readonly connects: number;
  readonly stalls: number;
  /** Breaks its connection, as a network does. */
  cut(): void;
  /** Ends it, and tells what went wrong. @throws Error where an event did not follow the one before */
  stop(): Promise<void>;
  /** Whether it has ended by itself, which it does only when something is wrong. */
  readonly hasFailed: boolean;
};

/** Out of a thousand events: after how many a reader stalls, and after how many it drops its socket. */
const mishaps = { stalls: 5, drops: 10 };
const longestPauseMs = { stall: 500, reconnect: 50, join: 1_500 };

/** What must be one more with each event: nothing where only some types are followed. */
function positionOf(followed: Followed, event: FollowedEvent): number | undefined {
  if (followed.types !== undefined) return undefined;
  return followed.conversationId === undefined ? event.offset : event.version;
}

/** @param options.url where it connects; of several, another one each time */
export function startEventReader(options: {
  url: string | readonly [string, ...string[]];
  name: string;
  followed: Followed;
  random: Random;
}): EventReader {
  const { url, name, followed, random } = options;
  const seen: string[] = [];
  let connection: EventConnection | undefined;
  let last: FollowedEvent | undefined;
  let connects = 0;
  let stalls = 0;
  let isOver = false;
  let hasFailed = false;

  function take(event: FollowedEvent): void {
    const position = positionOf(followed, event);
    const before = last === undefined ? undefined : positionOf(followed, last);
    if (position !== undefined && before !== undefined && position !== before + 1) {
      throw new Error(`${name} saw ${position} after ${before}, on its connection ${connects}.`);
    }
    seen.push(event.id);
    last = event;
  }

  /** Some stop reading for a while; some of those go without having read on. @returns whether it goes */
  async function stallOrDrop(current: EventConnection): Promise<boolean> {
    const dice = random.below(1_000);
    if (dice >= mishaps.stalls) return dice < mishaps.stalls + mishaps.drops;
    stalls += 1;
    const goOn = current.stall();
    await setTimeout(random.below(longestPauseMs.stall));
    if (dice % 2 === 0) return true;
    goOn();
    return false;
  }

  async function readOn(): Promise<void> {
    const place = typeof url === 'string' ? url : random.pick(url);
    connection = await followEvents(place, random.pick(ways), { ...followed, after: last?.cursor });
    if (connection === undefined) return;
    connects += 1;
    try {
      while (!isOver) {
        const event = await connection.next();
        if (event === undefined) return;
        take(event);
        if (await stallOrDrop(connection)) return;
      }
    } finally {
      connection.cut();
    }
  }

  async function run(): Promise<void> {
    await setTimeout(random.below(longestPauseMs.join));
    while (!isOver) {
      await readOn();
      if (!isOver) await setTimeout(random.below(longestPauseMs.reconnect));
    }
  }

  const running = run();
  running.catch(() => {
    hasFailed = true;
  });
  return {
    name,
    followed,
    seen,
    get connects() {
      return connects;
    },
    get stalls() {
      return stalls;
    },
    get hasFailed() {
      return hasFailed;
    },
    cut: () => connection?.cut(),
    async stop() {
      isOver = true;
      connection?.cut();
      await running;
    },
  };
}
