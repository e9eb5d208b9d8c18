// Two nodes on one database: live text, stops and wake-ups of one node reach the clients of the other.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { createReplyReader, ways } from '../support/reply-reader.ts';
import { createGate, delta, done, finish, hang, head, wait } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import {
  countRunningRows,
  lockTokenLog,
  startTwoNodes,
  type TwoNodes,
  untilConnected,
} from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

let nats: NatsServer | undefined;
let nodes: TwoNodes;

async function ask(): Promise<string> {
  const conversationId = await startConversation(nodes.one.client);
  return await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
}

async function stop(client: TwoNodes['one']['client'], messageId: string) {
  const answer = await client.run(operations.StopGenerationDocument, { input: { messageId } });
  return answer.stopGeneration.message;
}

/** Cases that hold with NATS and without. */
function describeBoth() {
  it('prompts that are sent to both nodes with the same ids at the same time are answered once', async () => {
    const conversationId = await startConversation(nodes.one.client);
    const before = nodes.model.requests.length;
    const inputs = Array.from({ length: 10 }, () => ({
      conversationId,
      content: 'hello',
      id: newId(),
      replyId: newId(),
    }));
    await Promise.all(
      [nodes.one.client, nodes.other.client, nodes.one.client].flatMap((client) =>
        inputs.map((input) => client.run(operations.SendMessageDocument, { input })),
      ),
    );
    for (const { replyId } of inputs) {
      const { end } = await followReply(nodes.other.client, 'sse', { messageId: replyId });
      expect(end.status).toBe('COMPLETE');
    }
    expect(nodes.model.requests).toHaveLength(before + inputs.length);
  });

  it('readers that join during a reply, on both nodes and over every carrier, get the whole text', async () => {
    const gate = createGate();
    nodes.model.enqueue([
      head(200),
      delta('first half, '),
      wait(gate.opened),
      delta('second half'),
      finish(),
      done,
    ]);
    const messageId = await ask();
    const early = createReplyReader(messageId);
    await early.readOn(nodes.other.url, 'websocket', 1);
    const connections = ways.flatMap((way) => [nodes.one, nodes.other].map(({ url }) => ({ way, url })));
    const readers = connections.flatMap(({ way, url }) =>
      [0, 5, 12].map((after) => ({ way, url, after, reader: createReplyReader(messageId, after) })),
    );
    const reading = readers.map(({ reader, url, way }) => reader.readOn(url, way));
    await waitUntil(
      'all have joined',
      () => nodes.one.app.openCursors() + nodes.other.app.openCursors() === readers.length,
    );
    gate.open();
    await Promise.all(reading);
    for (const { reader, after } of readers) {
      expect(reader.text).toBe('first half, second half'.slice(after));
      expect(reader.end).toEqual({ status: 'COMPLETE', content: 'first half, second half' });
    }
  });

  it('a reply is stopped by a reader that resumed it on the other node, keeps its text and can be rated', async () => {
    nodes.model.enqueue([head(200), delta('so far'), hang]);
    const arrived = nodes.model.requests.length + 1;
    const messageId = await ask();
    const reader = createReplyReader(messageId);
    await reader.readOn(nodes.one.url, 'sse', 1);
    const resumed = reader.readOn(nodes.other.url, 'last-event-id');
    await waitUntil('the reader is on the other node', () => nodes.other.app.openCursors() === 1);
    const request = await nodes.model.waitForRequest(arrived);
    const stopped = await stop(nodes.other.client, messageId);
    expect(await request.closed).toBe('client');
    await resumed;
    expect(reader.end).toEqual({ status: 'STOPPED', content: 'so far' });
    expect(stopped).toMatchObject({ status: 'STOPPED', content: 'so far' });
    const input = { messageId, rating: 'LIKE' as const };
    const { rateMessage } = await nodes.other.client.run(operations.RateMessageDocument, { input });
    expect(rateMessage.feedback).toMatchObject({ rating: 'LIKE' });
    // Stopping it again, on either node, changes nothing.
    for (const { client } of [nodes.one, nodes.other]) {
      expect(await stop(client, messageId)).toMatchObject({ status: 'STOPPED', content: 'so far' });
    }
  });

  it('two clients that stop a reply at once, on different nodes, get the same answer', async () => {
    nodes.model.enqueue([head(200), delta('so far'), hang]);
    const messageId = await ask();
    await createReplyReader(messageId).readOn(nodes.other.url, 'sse', 1);
    const answers = await Promise.all([
      stop(nodes.other.client, messageId),
      stop(nodes.one.client, messageId),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 'STOPPED', content: 'so far' });
  });

  it('a stop does not change a reply that is complete', async () => {
    const messageId = await ask();
    const { text } = await followReply(nodes.other.client, 'sse', { messageId });
    expect(await stop(nodes.other.client, messageId)).toMatchObject({ status: 'COMPLETE', content: text });
  });

  it('a follower of the log on the other node gets events as they are committed', async () => {
    const conversationId = await startConversation(nodes.one.client);
    const follow = nodes.other.client.follow('websocket', operations.FollowEventsDocument, {
      conversationId,
    });
    const types: string[] = [];
    for await (const { events } of follow) {
      types.push(events.type);
      if (types.length === 1) await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
      if (types.length === 4) break;
    }
    await follow.leave();
    expect(types).toEqual(['START_CONVERSATION', 'ADD_MESSAGE', 'ADD_MESSAGE', 'UPDATE_MESSAGE']);
  });

  it('no row of a running reply is left once it has ended', async () => {
    const gate = createGate();
    nodes.model.enqueue([head(200), delta('text'), wait(gate.opened), finish(), done]);
    const messageId = await ask();
    await waitUntil('there are rows', async () => (await countRunningRows(nodes)) > 0);
    gate.open();
    await followReply(nodes.other.client, 'sse', { messageId });
    await waitUntil('the tables are empty', async () => (await countRunningRows(nodes)) === 0);
  });
}

describe.skipIf(!inject('hasNats'))('two nodes with NATS between them', () => {
  beforeAll(async () => {
    nats = await startNats();
    nodes = await startTwoNodes({ NATS_URL: nats.url });
    await untilConnected(nodes);
  });
  afterAll(async () => {
    await nodes.stop();
    await nats?.kill();
  });

  it('a reader on the other node gets each piece on its own, without the token log', async () => {
    const pieces = ['one ', 'two ', 'three ', 'four 🌍 ', 'five'];
    const gates = pieces.map(createGate);
    const steps = pieces.flatMap((piece, index) => [
      delta(piece),
      wait(gates[index]?.opened ?? Promise.resolve()),
    ]);
    nodes.model.enqueue([head(200), ...steps, finish(), done]);
    const messageId = await ask();
    const unlock = await lockTokenLog(nodes);
    const reader = createReplyReader(messageId);
    const reading = reader.readOn(nodes.other.url, 'websocket');
    try {
      for (const [index, gate] of gates.entries()) {
        const soFar = pieces.slice(0, index + 1).join('');
        await waitUntil(`the reader has ${JSON.stringify(soFar)}`, () => reader.text === soFar);
        expect(reader.pieces).toBe(index + 1);
        gate.open();
      }
    } finally {
      await unlock();
    }
    await reading;
    expect(reader.end).toEqual({ status: 'COMPLETE', content: pieces.join('') });
  });

  describeBoth();
});

describe('two nodes without NATS', () => {
  beforeAll(async () => {
    nodes = await startTwoNodes();
  });
  afterAll(() => nodes.stop());

  describeBoth();
});
