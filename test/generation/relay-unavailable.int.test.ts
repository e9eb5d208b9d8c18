// Two nodes whose NATS is killed, starts late, or rejects them: they continue by polling, log it once, and recover.
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createNats, type NatsServer, startNats } from '../support/nats.ts';
import { createReplyReader } from '../support/reply-reader.ts';
import { createGate, delta, done, finish, head, wait } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { lockTokenLog, startTwoNodes, type TwoNodes, untilConnected } from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

const connected = 'connected to NATS';
const unavailable = 'NATS is unavailable: polling for changes from other nodes until it is back';

async function startNodes(nats: NatsServer): Promise<TwoNodes> {
  const nodes = await startTwoNodes({ NATS_URL: nats.url });
  onTestFinished(async () => {
    await nodes.stop();
    await nats.kill();
  });
  return nodes;
}

/** A reply in three parts, the second and the third behind a gate, with a reader on each node. */
async function openReply({ one, other, model }: TwoNodes) {
  const gates = [createGate(), createGate()] as const;
  const [second, third] = gates;
  const script = [delta('one, '), wait(second.opened), delta('two, '), wait(third.opened), delta('three')];
  model.enqueue([head(200), ...script, finish(), done]);
  const conversationId = await startConversation(one.client);
  const messageId = await sendMessage(one.client, { conversationId, content: 'hello' });
  const readers = [createReplyReader(messageId), createReplyReader(messageId)] as const;
  const reading = [readers[0].readOn(one.url, 'sse'), readers[1].readOn(other.url, 'websocket')];
  const have = (text: string) =>
    waitUntil(`all have ${text}`, () => readers.every((reader) => reader.text === text));
  await have('one, ');
  return { openSecond: second.open, openThird: third.open, have, readers, whole: Promise.all(reading) };
}

async function expectLiveText(nodes: TwoNodes): Promise<void> {
  const { openSecond, openThird, have, whole } = await openReply(nodes);
  const unlock = await lockTokenLog(nodes);
  openSecond();
  await have('one, two, ').finally(unlock);
  openThird();
  await whole;
}

describe.skipIf(!inject('hasNats'))('two nodes whose NATS', () => {
  it('is killed during a reply continue by polling, log it once, and get live text again when it is back', async () => {
    const nats = await startNats();
    const nodes = await startNodes(nats);
    await untilConnected(nodes);
    const { openSecond, openThird, have, readers, whole } = await openReply(nodes);
    await nats.kill();
    openSecond();
    await have('one, two, ');
    await nats.start();
    await untilConnected(nodes, 2);
    const unlock = await lockTokenLog(nodes);
    openThird();
    await have('one, two, three').finally(unlock);
    await whole;
    for (const { text, end } of readers) {
      expect({ text, end }).toEqual({ text: 'one, two, three', end: { status: 'COMPLETE', content: text } });
    }
    for (const node of [nodes.one, nodes.other]) {
      expect(node.messages()).toEqual([connected, unavailable, connected]);
    }
  });

  it('starts later than they do work without it, and connect when it is there', async () => {
    const nats = await createNats();
    const nodes = await startNodes(nats);
    const { openSecond, openThird, whole, readers } = await openReply(nodes);
    openSecond();
    openThird();
    await whole;
    expect(readers[1].text).toBe('one, two, three');
    await nats.start();
    await untilConnected(nodes);
    await expectLiveText(nodes);
    for (const node of [nodes.one, nodes.other]) expect(node.messages()).toEqual([unavailable, connected]);
  });

  it('rejects them work without it', async () => {
    const nodes = await startNodes(await startNats(['--auth', 'a token that they do not have']));
    const conversationId = await startConversation(nodes.one.client);
    const messageId = await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
    const { end } = await followReply(nodes.other.client, 'websocket', { messageId });
    expect(end.status).toBe('COMPLETE');
    await waitUntil('both have been refused', () =>
      [nodes.one, nodes.other].every((node) => node.messages().length > 0),
    );
    for (const node of [nodes.one, nodes.other]) expect(node.messages()).toEqual([unavailable]);
  });
});
