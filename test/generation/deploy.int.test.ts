// A node that is shut down while another one runs: its clients are sent there one after the other, and lose nothing.
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createGraphQLClient, type GraphQLClient } from '../support/graphql-client.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { openStream } from '../support/raw-sse.ts';
import { connectSocket } from '../support/raw-websocket.ts';
import { createReplyReader, type ReplyReader, ways } from '../support/reply-reader.ts';
import { createGate, delta, done, finish, hang, head, wait } from '../support/script.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

const graceMs = 4_000;

let nats: NatsServer | undefined;
let survivor: TestApp;
let stopping: ServerProcess;
let url: string;
let client: GraphQLClient;

async function start(hasNats: boolean): Promise<void> {
  nats = hasNats ? await startNats() : undefined;
  const shared: Record<string, string> = nats === undefined ? {} : { NATS_URL: nats.url };
  survivor = await startTestApp(shared);
  stopping = startServerProcess({
    ...shared,
    PORT: '0',
    DATABASE_URL: survivor.database.url,
    MODEL_BASE_URL: survivor.model.url,
    MODELS: 'model-a',
    MAX_CONNECTIONS_PER_USER: '10000',
    SHUTDOWN_GRACE_MS: String(graceMs),
  });
  url = await stopping.url;
  client = createGraphQLClient(url);
}

afterEach(async () => {
  stopping.child.kill('SIGKILL');
  await stopping.ended;
  await survivor.stop();
  await nats?.kill();
  nats = undefined;
});

const ask = async (node: GraphQLClient) =>
  await sendMessage(node, { conversationId: await startConversation(node), content: 'hello' });

/** Makes the node produce a reply whose second half waits for the gate, or for ever. */
async function openReply(node: GraphQLClient, isEndless = false) {
  const gate = createGate();
  const secondHalf = isEndless ? [hang] : [wait(gate.opened), delta('second half'), finish(), done];
  const arrived = survivor.model.requests.length + 1;
  survivor.model.enqueue([head(200), delta('first half, '), ...secondHalf]);
  const messageId = await ask(node);
  await survivor.model.waitForRequest(arrived);
  return { messageId, open: gate.open };
}

/** Reads on the node that stops, and continues on the other one when it is cut off. */
async function readThrough(reader: ReplyReader, way: (typeof ways)[number]): Promise<{ isMoved: boolean }> {
  const isMoved = await reader.readOn(url, way).then(
    () => false,
    (error: Error) => {
      if (error.message !== 'The connection ended before the reply.') throw error;
      return true;
    },
  );
  if (isMoved) await reader.readOn(survivor.app.url, way);
  return { isMoved };
}

async function startReaders(messageId: string) {
  const readers = [...ways, ...ways].map((way) => ({ way, reader: createReplyReader(messageId) }));
  const reading = Promise.all(readers.map(({ reader, way }) => readThrough(reader, way)));
  // A test that fails before it awaits this has reported why.
  reading.catch(() => {});
  await waitUntil('the first half is read', () =>
    readers.every(({ reader }) => reader.text === 'first half, '),
  );
  return { readers: readers.map(({ reader }) => reader), reading };
}

const events = 'subscription { events(topic: "quiet") { offset } }';

/** Connections on which nothing is sent, and when and how each was closed. */
async function connectIdle(count: number) {
  const closings: { at: number; code: number | undefined }[] = [];
  const note = (code: number | undefined) => closings.push({ at: performance.now(), code });
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 0) {
      const raw = await connectSocket(url);
      if (index % 4 === 0) raw.subscribe('1', events);
      void raw.closed.then(({ code }) => note(code));
    } else {
      const stream = await openStream(url, { query: events });
      const untilClosed = async (): Promise<void> => {
        // A long silence is not an end.
        const data = await stream.next().catch(() => 'still open');
        if (data !== undefined) await untilClosed();
      };
      void untilClosed().then(() => note(undefined));
    }
  }
  return closings;
}

/** The maximum number that were closed within a time. */
function maxClosedWithin(ms: number, closings: readonly { at: number }[]): number {
  return Math.max(
    ...closings.map(({ at }) => closings.filter((other) => other.at >= at && other.at < at + ms).length),
  );
}

function describeShutdown(hasNats: boolean) {
  beforeEach(() => start(hasNats));

  it('closes idle clients with 1012, spread over the grace period, and exits with 0', async () => {
    const count = 80;
    const closings = await connectIdle(count);
    const signalledAt = performance.now();
    stopping.child.kill('SIGTERM');
    expect(await stopping.ended).toEqual({ code: 0, signal: null });
    const endedAt = performance.now();
    await waitUntil('all are closed', () => closings.length === count);
    const codes = closings.map(({ code }) => code).filter((code) => code !== undefined);
    expect(codes).toEqual(Array.from({ length: count / 2 }, () => 1012));
    // Spread evenly over four fifths of the grace period, an eighth of them would be closed in a tenth of it.
    expect(maxClosedWithin(graceMs / 10, closings)).toBeLessThan(count / 2);
    expect(endedAt - signalledAt).toBeGreaterThan(graceMs / 2);
    // It does not wait any longer when all have left.
    expect(endedAt - signalledAt).toBeLessThan(graceMs + 3_000);
  });

  it('lets the readers of its replies stay to the end, and closes the readers of other replies', async () => {
    const local = await openReply(client);
    const remote = await openReply(survivor.client);
    const localReaders = await startReaders(local.messageId);
    const remoteReaders = await startReaders(remote.messageId);
    const signalledAt = performance.now();
    stopping.child.kill('SIGTERM');
    await waitUntil('it stops', async () => (await fetch(`${url}/ready`)).status === 503);
    // Longer than closing all of them at once would take.
    await setTimeout(graceMs / 8);
    local.open();
    const moves = await localReaders.reading;
    expect(moves.filter(({ isMoved }) => isMoved)).toEqual([]);
    expect(performance.now() - signalledAt).toBeLessThan(graceMs);
    expect(await stopping.ended).toEqual({ code: 0, signal: null });
    await waitUntil('all have moved', () => survivor.app.openCursors() === remoteReaders.readers.length);
    remote.open();
    expect((await remoteReaders.reading).every(({ isMoved }) => isMoved)).toBe(true);
    for (const reader of [...localReaders.readers, ...remoteReaders.readers]) {
      expect(reader.text).toBe('first half, second half');
      expect(reader.end).toEqual({ status: 'COMPLETE', content: reader.text });
      expect(reader.rewinds).toBe(0);
    }
  });

  it('ends a reply that outlasts the grace period as INTERRUPTED, with all that its readers had', async () => {
    const { messageId } = await openReply(client, true);
    const { readers, reading } = await startReaders(messageId);
    stopping.child.kill('SIGTERM');
    expect(await stopping.ended).toEqual({ code: 0, signal: null });
    await reading;
    const late = createReplyReader(messageId);
    await late.readOn(survivor.app.url, 'sse');
    for (const reader of [...readers, late]) {
      expect(reader.end).toEqual({ status: 'INTERRUPTED', content: 'first half, ' });
      expect(reader.text).toBe('first half, ');
    }
  });
}

describe.skipIf(!inject('hasNats'))('a node that shuts down, with NATS,', { timeout: 60_000 }, () => {
  describeShutdown(true);
});

describe('a node that shuts down, without NATS,', { timeout: 60_000 }, () => {
  describeShutdown(false);
});
