// A reader that leaves early frees its cursors, however it leaves, and never stops the reply.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { openStream, type RawStream } from '../../support/raw-sse.ts';
import { connectSocket, type RawSocket } from '../../support/raw-websocket.ts';
import { createGate, delta, done, finish, head, wait } from '../../support/script.ts';
import { sendMessage, startConversation } from '../../support/talk.ts';
import { waitUntil } from '../../support/wait.ts';

let test: TestApp;
let gate = createGate();
beforeAll(async () => {
  test = await startTestApp();
});
afterEach(async () => {
  gate.open();
  await waitUntil('the model has ended all of its responses', () => test.model.runningAnswers() === 0);
});
afterAll(() => test.stop());

const count = 20;
const query = 'subscription ($id: ID!) { generation(messageId: $id) { ... on GenerationDelta { text } } }';

/** Replies that the model holds back until the gate opens, half of them before their first text. */
async function startReplies(): Promise<string[]> {
  gate = createGate();
  const conversationId = await startConversation(test.client);
  const replies: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const opened = wait(gate.opened);
    test.model.enqueue([
      head(200),
      ...(n % 2 === 0 ? [delta('started ')] : []),
      opened,
      delta('ended'),
      finish(),
      done,
    ]);
    replies.push(await sendMessage(test.client, { conversationId, content: `question ${n}` }));
  }
  return replies;
}

async function expectCursors(expected: number): Promise<void> {
  await waitUntil(`${expected} cursors are open`, () => test.app.openCursors() === expected);
}

async function expectRepliesEnd(replies: string[]): Promise<void> {
  gate.open();
  for (const id of replies) {
    await waitUntil('the reply is complete', async () => {
      const { message } = await test.client.run(operations.MessageDocument, { id });
      return message?.status === 'COMPLETE' && message.content.endsWith('ended');
    });
  }
}

async function followOnOneSocket(replies: string[]): Promise<RawSocket> {
  const raw = await connectSocket(test.app.url);
  for (const id of replies) raw.subscribe(id, query, { id });
  await expectCursors(count);
  return raw;
}

async function followByStreams(replies: string[]): Promise<RawStream[]> {
  const streams = await Promise.all(
    replies.map((id) => openStream(test.app.url, { query, variables: { id } })),
  );
  await expectCursors(count);
  return streams;
}

describe('a reader of replies that the model holds back', () => {
  it('that sends complete frees its cursors and keeps its socket, and the replies end by themselves', async () => {
    const replies = await startReplies();
    const raw = await followOnOneSocket(replies);
    for (const id of replies) raw.send({ id, type: 'complete' });
    await expectCursors(0);
    expect(raw.socket.readyState).toBe(raw.socket.OPEN);
    await expectRepliesEnd(replies);
    raw.socket.terminate();
  });

  it('that closes its socket frees its cursors', async () => {
    const replies = await startReplies();
    (await followOnOneSocket(replies)).socket.close();
    await expectCursors(0);
    await expectRepliesEnd(replies);
  });

  it('whose socket is killed frees its cursors', async () => {
    const replies = await startReplies();
    (await followOnOneSocket(replies)).socket.terminate();
    await expectCursors(0);
    await expectRepliesEnd(replies);
  });

  it('whose many sockets are killed at once frees its cursors', async () => {
    const replies = await startReplies();
    const sockets = await Promise.all(replies.map(() => connectSocket(test.app.url)));
    for (const [n, id] of replies.entries()) sockets[n]?.subscribe('1', query, { id });
    await expectCursors(count);
    for (const { socket } of sockets) socket.terminate();
    await expectCursors(0);
    await expectRepliesEnd(replies);
  });

  it('whose event streams are cut frees its cursors', async () => {
    const replies = await startReplies();
    for (const stream of await followByStreams(replies)) stream.cut();
    await expectCursors(0);
    await expectRepliesEnd(replies);
  });

  it('that leaves before its subscription has started frees its cursors', async () => {
    const replies = await startReplies();
    const raw = await connectSocket(test.app.url);
    for (const id of replies) {
      raw.subscribe(id, query, { id });
      raw.send({ id, type: 'complete' });
    }
    raw.subscribe('last', '{ viewer { username } }');
    await raw.next();
    const terminated = await connectSocket(test.app.url);
    for (const id of replies) terminated.subscribe(id, query, { id });
    terminated.socket.terminate();
    await expectRepliesEnd(replies);
    await expectCursors(0);
    raw.socket.terminate();
  });

  it('that stays gets the end of each', async () => {
    const replies = await startReplies();
    const streams = await followByStreams(replies);
    gate.open();
    for (const stream of streams) {
      let text = '';
      for (let data = await stream.next(); data !== undefined; data = await stream.next()) text += data;
      expect(text).toContain('ended');
    }
    await expectCursors(0);
  });
});
