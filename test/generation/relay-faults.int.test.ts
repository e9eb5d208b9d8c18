// What may go wrong between nodes: messages that are lost, repeated, wrong, or from a stranger.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { followSubject, textSubject } from '../../src/generation/follow/publish-text.ts';
import { subjectOf } from '../../src/relay/relay.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { createReplyReader, type ReplyReader } from '../support/reply-reader.ts';
import { createGate, delta, done, finish, head, wait } from '../support/script.ts';
import { recordStatements } from '../support/statements.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { lockTokenLog, startTwoNodes, type TwoNodes, untilConnected } from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

describe.skipIf(!inject('hasNats'))('the relay between two nodes', () => {
  let nats: NatsServer;
  let nodes: TwoNodes;
  let stranger: NatsConnection;
  beforeAll(async () => {
    nats = await startNats();
    nodes = await startTwoNodes({ NATS_URL: nats.url });
    await untilConnected(nodes);
    stranger = await connect({ servers: nats.url });
  });
  afterAll(async () => {
    await stranger.close();
    await nodes.stop();
    await nats.kill();
  });

  /** Resolves when NATS has taken the messages. */
  async function publish(subject: string, ...data: unknown[]): Promise<void> {
    for (const item of data)
      stranger.publish(subject, typeof item === 'string' ? item : JSON.stringify(item));
    await stranger.flush();
  }

  /** A reply whose second half waits for the gate, with readers on the other node that have the first. */
  async function openHalf(count: number) {
    const gate = createGate();
    nodes.model.enqueue([
      head(200),
      delta('first half, '),
      wait(gate.opened),
      delta('second half'),
      finish(),
      done,
    ]);
    const conversationId = await startConversation(nodes.one.client);
    const messageId = await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
    const readers = Array.from({ length: count }, () => createReplyReader(messageId));
    const reading = readers.map((reader) => reader.readOn(nodes.other.url, 'websocket'));
    const haveHalf = () => readers.every(({ text }) => text === 'first half, ');
    await waitUntil('the readers have the first half', haveHalf);
    const whole = Promise.all(reading);
    // A test that fails before it awaits this has reported why.
    whole.catch(() => {});
    return { messageId, readers, reading: whole, open: gate.open };
  }

  function expectWhole(readers: ReplyReader[]): void {
    for (const { text, end, rewinds } of readers) {
      expect(text).toBe('first half, second half');
      expect(end).toEqual({ status: 'COMPLETE', content: text });
      expect(rewinds).toBe(0);
    }
  }

  it('garbage, and pieces that are repeated, early, late or at a wrong offset, change nothing', async () => {
    const { messageId, readers, reading, open } = await openHalf(2);
    await publish(textSubject(messageId), 'no JSON', '', '{"offset":', 'null', '[]', '"text"');
    await publish(
      textSubject(messageId),
      { offset: -1, text: 'x' },
      { offset: 0.5, text: 'x' },
      { offset: 1e300, text: 'x' },
    );
    await publish(
      textSubject(messageId),
      { offset: 12, text: 7 },
      { offset: '12', text: 'x' },
      { end: 'yes' },
    );
    await publish(textSubject(messageId), { offset: 0, text: 'first half, ' }, { offset: 6, text: 'half, ' });
    await publish(
      textSubject(messageId),
      { offset: 13, text: 'later' },
      { offset: 1_000_000, text: 'much later' },
    );
    // Of another text: it contradicts what the reader has.
    await publish(textSubject(messageId), { offset: 0, text: 'another text altogether' });
    open();
    await reading;
    expectWhole(readers);
  });

  it('an end that is announced too early cuts no reader off, and does not make the node poll without pause', async () => {
    const { messageId, readers, reading, open } = await openHalf(3);
    const stalled = createReplyReader(messageId);
    await stalled.readOn(nodes.other.url, 'sse', 1);
    const statements = await recordStatements(async () => {
      for (let count = 0; count < 5; count += 1) await publish(textSubject(messageId), { end: true });
      const piece = { offset: 12, text: 'second ' };
      await publish(textSubject(messageId), piece);
      await waitUntil('the readers go on', () => readers.every(({ text }) => text.endsWith('second ')));
    });
    expect(statements.filter((text) => text.includes('token_log')).length).toBeLessThan(20);
    open();
    await reading;
    expectWhole(readers);
  });

  it('requests for an unknown reply, or for text that has not come yet, have no effect', async () => {
    const { messageId, readers, reading, open } = await openHalf(1);
    await publish(followSubject, 'no JSON', {}, { messageId: 'no such', have: 0 }, { messageId, have: -1 });
    await publish(
      followSubject,
      { messageId, have: 1e300 },
      { messageId, have: 1_000_000 },
      { messageId, have: 0 },
    );
    open();
    await reading;
    expectWhole(readers);
  });

  it('a message that is not a stop request stops nothing', async () => {
    const { readers, reading, open } = await openHalf(1);
    await publish(subjectOf('stop'), 'no JSON', {}, { messageId: 7 }, { messageId: 'no such' }, 'null');
    open();
    await reading;
    expectWhole(readers);
  });

  it('a wake-up for events that are not in the log has no effect', async () => {
    const conversationId = await startConversation(nodes.one.client);
    const messageId = await sendMessage(nodes.one.client, { conversationId, content: 'hello' });
    await followReply(nodes.other.client, 'sse', { messageId });
    await publish(subjectOf('log', 'default'), 9e15, -5, 1.5, '"9"', 'no JSON', 'null');
    const { open, readers, reading } = await openHalf(1);
    open();
    await reading;
    expectWhole(readers);
  });

  it('a node continues to request the text of a reply while Postgres does not answer', async () => {
    const { messageId, readers, reading, open } = await openHalf(1);
    const unlock = await lockTokenLog(nodes);
    try {
      let requests = 0;
      const callback = (_error: Error | null, message: { string(): string }) => {
        if (message.string().includes(messageId)) requests += 1;
      };
      const subscription = stranger.subscribe(followSubject, { callback });
      await waitUntil('it has asked three times', () => requests >= 3);
      subscription.unsubscribe();
      open();
      await waitUntil('the second half has come', () => readers[0]?.text === 'first half, second half');
    } finally {
      await unlock();
    }
    await reading;
    expectWhole(readers);
  });
});
