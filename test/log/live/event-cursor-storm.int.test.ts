// The promise of the log under failures: writers at full speed, readers that stall and lose their sockets, while
// connections to Postgres are terminated or the node is killed. Every reader sees each event once, in order.
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/lib/ulid.ts';
import { startTestApp, testModels } from '../../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import type { Followed } from '../../support/event-connection.ts';
import { type EventReader, startEventReader } from '../../support/event-readers.ts';
import { type EventWriter, startEventWriter } from '../../support/event-writers.ts';
import { createGraphQLClient } from '../../support/graphql-client.ts';
import { add, append, start } from '../../support/log.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { waitUntil } from '../../support/wait.ts';

const topics = ['storm-a', 'storm-b', 'storm-c'] as const;
/** Number of events in each topic when the storm begins. */
const before = 300;
const counts = { writers: 4, readers: 20 };
const deadlineMs = 60_000;

type LoggedEvent = {
  id: string;
  topic: string;
  offset: number;
  type: string;
  conversationId: string;
  version: number;
  subject: string;
};

/** The whole log, in its order. `subject`: the conversation or the message of the event. */
async function readLog({ client }: TestDatabase): Promise<LoggedEvent[]> {
  const { rows } = await client.query<LoggedEvent>(
    `SELECT id, topic, "offset"::int, type, conversation_id AS "conversationId", version, payload ->> 'id' AS subject
     FROM event ORDER BY topic, event."offset"`,
  );
  return rows;
}

/** Starts a conversation in each topic and adds messages. @returns the conversation of each topic */
async function prepare({ client }: TestDatabase): Promise<Map<string, string>> {
  const shared = new Map(topics.map((topic) => [topic, newId()]));
  for (const [topic, id] of shared) {
    const messages = Array.from({ length: before - 1 }, () => add(id, newId()));
    const answers = await append(client, [start(id, { topic }), ...messages]);
    expect(answers.at(-1)).toMatchObject({ offset: before - 1 });
  }
  return shared;
}

/** Half of the readers follow everything; some one conversation, some one type. */
function placeOf(index: number, shared: Map<string, string>, random: Random): Followed {
  const topic = random.pick(topics);
  // From the start, from the middle, and from beyond the end.
  const offset = random.pick([0, random.below(before), before + random.below(50)]);
  const followed: Followed = { topic, offset };
  if (index % 10 === 9) return { ...followed, types: ['START_CONVERSATION'] };
  return index % 2 === 0 ? followed : { ...followed, conversationId: shared.get(topic) };
}

type Storm = {
  readers: EventReader[];
  writers: EventWriter[];
  /** Waits until clients have received that many more events. */
  untilAcknowledged(more: number): Promise<void>;
};

async function startStorm(url: string, database: TestDatabase, random: Random): Promise<Storm> {
  const shared = await prepare(database);
  const ownRandom = () => createRandom(random.below(2 ** 32));
  const readers = Array.from({ length: counts.readers }, (_, index) => {
    const followed = placeOf(index, shared, random);
    const name = `Reader ${index} of ${JSON.stringify(followed)}`;
    return startEventReader({ url, name, followed, random: ownRandom() });
  });
  const client = createGraphQLClient(url);
  const writers = Array.from({ length: counts.writers }, () =>
    startEventWriter({ client, shared, random: ownRandom() }),
  );
  const count = () => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  return {
    readers,
    writers,
    async untilAcknowledged(more) {
      const goal = count() + more;
      const hasFailed = () => [...readers, ...writers].some((one) => one.hasFailed);
      await waitUntil(`${more} more are acknowledged`, () => count() >= goal || hasFailed(), deadlineMs);
    },
  };
}

async function expectWhole(events: LoggedEvent[], { client }: TestDatabase): Promise<void> {
  for (const topic of topics) {
    const offsets = events.filter((event) => event.topic === topic).map(({ offset }) => offset);
    const { rows } = await client.query('SELECT next_offset::int AS count FROM topic WHERE name = $1', [
      topic,
    ]);
    expect(rows).toEqual([{ count: offsets.length }]);
    expect(offsets).toEqual(offsets.map((_, index) => index));
  }
  const versions = new Map<string, number>();
  for (const { conversationId, version } of events) {
    expect(version).toBe((versions.get(conversationId) ?? 0) + 1);
    versions.set(conversationId, version);
  }
}

/** What a reader must have seen, no more and no less. */
function matching(events: LoggedEvent[], { topic, offset, conversationId, types }: Followed): string[] {
  return events
    .filter((event) => event.topic === topic && event.offset >= offset)
    .filter((event) => conversationId === undefined || event.conversationId === conversationId)
    .filter((event) => types === undefined || types.includes(event.type))
    .map(({ id }) => id);
}

/** Ends all, and throws the first failure. */
async function stopAll(ones: readonly { stop(): Promise<void> }[]): Promise<void> {
  const results = await Promise.allSettled(ones.map((one) => one.stop()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Ends the storm, and compares what was acknowledged and seen with the log. */
async function settle({ readers, writers }: Storm, database: TestDatabase): Promise<void> {
  try {
    await stopAll(writers);
    const events = await readLog(database);
    await expectWhole(events, database);
    const logged = events.map(({ type, subject }) => `${type} ${subject}`);
    expect(new Set(logged).size).toBe(logged.length);
    const acknowledged = writers.flatMap((writer) => writer.acknowledged);
    expect(acknowledged.filter((event) => !new Set(logged).has(event))).toEqual([]);
    for (const reader of readers) {
      const expected = matching(events, reader.followed);
      const isThere = () => reader.hasFailed || reader.seen.length >= expected.length;
      await waitUntil(`${reader.name} has read all ${expected.length}`, isThere, deadlineMs);
      expect(reader.seen).toEqual(expected);
    }
    // There was a storm.
    const sum = (of: (reader: EventReader) => number) => readers.reduce((total, one) => total + of(one), 0);
    expect(sum(({ connects }) => connects)).toBeGreaterThan(readers.length);
    expect(sum(({ stalls }) => stalls)).toBeGreaterThan(0);
  } finally {
    await stopAll(readers);
  }
}

/**
 * Each run has a seed of its own, reported on failure; LOG_SEED repeats one.
 * @param disturb what happens meanwhile
 */
async function weather(
  url: string,
  database: TestDatabase,
  disturb: (storm: Storm, random: Random) => Promise<void>,
): Promise<void> {
  const seed = Number(process.env.LOG_SEED ?? Date.now() % 1_000_000);
  const random = createRandom(seed);
  try {
    const storm = await startStorm(url, database, random);
    try {
      await disturb(storm, random);
    } finally {
      await settle(storm, database);
    }
  } catch (error) {
    if (error instanceof Error) error.message = `LOG_SEED=${seed}: ${error.message}`;
    throw error;
  }
}

/** A port that no outgoing connection gets: a client that connects while the node is down could get this very one. */
async function findPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

describe('four writers and twenty readers that stall, drop their sockets and resume', {
  timeout: 240_000,
}, () => {
  it('see every event once and in order', async () => {
    const { app, database, stop } = await startTestApp();
    try {
      await weather(app.url, database, (storm) => storm.untilAcknowledged(1_000));
      await waitUntil('no cursor is open', () => app.openCursors() === 0);
    } finally {
      await stop();
    }
  });

  it('do while connections to Postgres are terminated again and again', async () => {
    const { app, database, stop } = await startTestApp();
    try {
      await weather(app.url, database, async (storm) => {
        let terminated = 0;
        for (let round = 0; round < 12; round += 1) {
          await storm.untilAcknowledged(50);
          const { rows } = await database.client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'afterword'`,
          );
          terminated += rows.length;
        }
        expect(terminated).toBeGreaterThan(12);
        await storm.untilAcknowledged(50);
      });
      await waitUntil('no cursor is open', () => app.openCursors() === 0);
    } finally {
      await stop();
    }
  });

  it('do while their node is killed and started again', async () => {
    const database = await createTestDatabase();
    const environment = {
      PORT: String(await findPort()),
      DATABASE_URL: database.url,
      MODEL_BASE_URL: 'http://127.0.0.1:9/v1',
      MODELS: testModels.join(','),
    };
    let node = startServerProcess(environment);
    const kill = async () => {
      node.child.kill('SIGKILL');
      await node.ended;
    };
    try {
      await weather(await node.url, database, async (storm) => {
        for (let round = 0; round < 3; round += 1) {
          await storm.untilAcknowledged(100);
          await kill();
          node = startServerProcess(environment);
          await node.url;
        }
        await storm.untilAcknowledged(100);
      });
    } finally {
      await kill();
      await database.close();
    }
  });
});
