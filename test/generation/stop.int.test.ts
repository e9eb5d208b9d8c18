// How soon a stop reaches the model, on whichever node it is requested.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { stopGeneration } from '../../src/generation/commands.ts';
import { localViewer } from '../../src/identity/viewer.ts';
import { noRelay } from '../../src/relay/relay.ts';
import { startTestGenerations } from '../support/generations.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { createReplyReader } from '../support/reply-reader.ts';
import { delta, hang, head, type Script } from '../support/script.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { type Node, startTwoNodes, type TwoNodes, untilConnected } from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

let nats: NatsServer | undefined;
let nodes: TwoNodes;

/** Stops a reply of the first node on the given one. @returns how long the model's connection stayed open, in ms */
async function timeStop(node: Node, script: Script, isRead: boolean): Promise<number> {
  const arrived = nodes.model.requests.length + 1;
  nodes.model.enqueue(script);
  const conversationId = await startConversation(nodes.one.client);
  const messageId = await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
  const request = await nodes.model.waitForRequest(arrived);
  const reader = createReplyReader(messageId);
  // A reader that has lost its connection, and continues on the node where the reply will be stopped.
  if (isRead) await reader.readOn(nodes.one.url, 'sse', 1);
  const reading = reader.readOn(node.url, 'websocket');
  await waitUntil('the reader is there', () => node.app.openCursors() === 1);
  const startedAt = performance.now();
  const closed = request.closed.then((by) => ({ by, ms: performance.now() - startedAt }));
  const answer = await node.client.run(operations.StopGenerationDocument, { input: { messageId } });
  const { by, ms } = await closed;
  await reading;
  const content = isRead ? 'so far' : '';
  expect(by).toBe('client');
  expect(answer.stopGeneration.message).toMatchObject({ status: 'STOPPED', content });
  expect({ text: reader.text, end: reader.end }).toEqual({
    text: content,
    end: { status: 'STOPPED', content },
  });
  await waitUntil('the reader has left', () => node.app.openCursors() === 0);
  return ms;
}

const writing = [head(200), delta('so far'), hang];
const thinking = [hang];
const tries = 5;

/** The time of the server: a busy machine delays some tries, but not all of them. */
async function fastest(node: () => Node, script: Script): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < tries; count += 1)
    times.push(await timeStop(node(), script, script === writing));
  return Math.min(...times);
}

describe.each([
  { name: 'over NATS', hasNats: true },
  { name: 'by polling', hasNats: false },
])('a stop, $name,', ({ hasNats }) => {
  const isSkipped = hasNats && !inject('hasNats');
  beforeAll(async () => {
    if (isSkipped) return;
    nats = hasNats ? await startNats() : undefined;
    nodes = await startTwoNodes(nats === undefined ? {} : { NATS_URL: nats.url });
    if (nats !== undefined) await untilConnected(nodes);
  });
  afterAll(async () => {
    if (isSkipped) return;
    await nodes.stop();
    await nats?.kill();
  });

  it.skipIf(isSkipped).each([
    ['has sent some text', writing],
    ['has not answered yet', thinking],
  ])(
    'reaches a model that %s within 100 ms on its node, and within a second from the other',
    async (_, script) => {
      expect(await fastest(() => nodes.one, script)).toBeLessThan(100);
      expect(await fastest(() => nodes.other, script)).toBeLessThan(1_000);
    },
  );
});

it('a stop ends a reply that is in the log but starts a moment later', async () => {
  const test = await startTestGenerations();
  try {
    const { generations, database, model } = test;
    const id = await test.addReply();
    const services = { pool: test.pool, generations, relay: noRelay };
    const stopped = stopGeneration(services, localViewer, id);
    await waitUntil('it is looked for', async () => {
      const { rowCount } = await database.client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'UPDATE generation%'`,
      );
      return rowCount === 1;
    });
    model.enqueue([hang]);
    generations.start({ messageId: id, model: 'model-a', parameters: {} });
    await stopped;
    expect(await test.statusOf(id)).toBe('stopped');
  } finally {
    await test.stop();
  }
});
