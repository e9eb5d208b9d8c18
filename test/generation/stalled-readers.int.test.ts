// Many readers of one reply that stop reading: what each costs the server, and that neither they nor the others lose
// anything.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createGraphQLClient } from '../support/graphql-client.ts';
import { type MeasuredServer, startMeasuredServer } from '../support/measured.ts';
import { createPausedReader, type PausedReader } from '../support/paused-reader.ts';
import { createReplyReader } from '../support/reply-reader.ts';
import { scaled } from '../support/scale.ts';
import { createGate, delta, done, finish, head, wait } from '../support/script.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted-model.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

const count = scaled({ small: 20, large: 60 });
const warmUp = 20;
const maxResumed = scaled({ small: 4, large: 20 });
/** UTF-16 code units, as the schema says. */
const maxPieceLength = 4_096;
const maxBytesEach = 65_536;

// Characters that take two bytes in memory and three on the wire, and more of them than the network buffers for one
// socket: up to 4 MiB on each side.
const characters = 4_000_000;
const part = '語'.repeat(10_000);
const parts = Array.from({ length: characters / part.length }, () => part);
const text = parts.join('');

let database: TestDatabase;
let model: ScriptedModel;
let server: MeasuredServer;
beforeEach(async () => {
  database = await createTestDatabase();
  model = await startScriptedModel();
  server = await startMeasuredServer({
    DATABASE_URL: database.url,
    MODEL_BASE_URL: model.url,
    MODELS: 'model-a',
    MAX_REPLY_BYTES: '100000000',
    MAX_CONNECTIONS_PER_USER: '100000',
  });
});
afterEach(async () => {
  await server.stop();
  await model.stop();
  await database.close();
});

/** Resolves when the server's memory is stable: the buffers of all stalled readers are full. */
async function measureWhenStable() {
  let last = await server.measure();
  await waitUntil(
    'the memory is stable',
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const next = await server.measure();
      const isStable = Math.abs(next.bytes - last.bytes) < count * 1_024;
      last = next;
      return isStable;
    },
    120_000,
  );
  return last;
}

/** A reply that has all its text, but does not end until the gate opens. */
async function openReply() {
  const gate = createGate();
  model.enqueue([head(200), ...parts.map(delta), wait(gate.opened), delta('end'), finish(), done]);
  const client = createGraphQLClient(server.url);
  const conversationId = await startConversation(client);
  const messageId = await sendMessage(client, { conversationId, content: 'hello' });
  const fast = createReplyReader(messageId);
  while (fast.text.length < text.length) {
    // At least this many pieces are still to come.
    const pieces = Math.ceil((text.length - fast.text.length) / maxPieceLength);
    await fast.readOn(server.url, 'websocket', pieces);
  }
  return { messageId, fast, open: gate.open };
}

async function startPausedReaders(messageId: string, maxReaders: number): Promise<PausedReader[]> {
  const readers: PausedReader[] = [];
  // Two at a time: what is measured is the cost of stalled readers, not of many connections at once.
  while (readers.length < maxReaders) {
    const pair = (['websocket', 'sse'] as const).map((way) => createPausedReader(server.url, messageId, way));
    readers.push(...(await Promise.all(pair)));
  }
  return readers;
}

it(`${count} readers that stop reading cost at most 64 KiB each, delay nobody, and get the whole text in the end`, {
  timeout: scaled({ small: 120_000, large: 600_000 }),
}, async () => {
  const { messageId, fast, open } = await openReply();
  // The first readers include costs that are independent of their number.
  const first = await startPausedReaders(messageId, warmUp);
  const before = await measureWhenStable();
  const readers = await startPausedReaders(messageId, count);
  const after = await measureWhenStable();
  // On a machine that is slow to connect them, the first WebSockets have been stalled for a minute, and are closed.
  const stalled = after.cursors - before.cursors;
  expect(stalled).toBeGreaterThan(count / 2);
  const [each, residentEach] = [(after.bytes - before.bytes) / stalled, (after.rss - before.rss) / stalled];
  process.stdout.write(
    `${stalled} stalled readers cost ${Math.round(each)} bytes each, ${Math.round(residentEach)} of resident memory.\n`,
  );
  expect(each).toBeLessThan(maxBytesEach);
  readers.push(...first);
  for (const { position } of readers) expect(position).toBeLessThan(text.length);
  // A reader that continues gets everything while the others are stalled.
  const reading = fast.readOn(server.url, 'websocket');
  open();
  await reading;
  expect(fast.end).toEqual({ status: 'COMPLETE', content: `${text}end` });
  // A sample: each has to be sent twelve megabytes.
  const some = readers.slice(0, maxResumed);
  for (const reader of some) await reader.readOn(`${text}end`);
  expect(some.every(({ isAtEnd }) => isAtEnd)).toBe(true);
});
