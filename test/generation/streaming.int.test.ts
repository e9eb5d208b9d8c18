import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Carrier } from '../support/graphql-client.ts';
import {
  createGate,
  cut,
  delta,
  done,
  endlessText,
  finish,
  hang,
  head,
  reply,
  usage,
  wait,
} from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

async function ask(content = 'hello'): Promise<string> {
  return await sendMessage(test.client, { conversationId: await startConversation(test.client), content });
}

async function readMessage(id: string) {
  return (await test.client.run(operations.MessageDocument, { id })).message;
}

describe('following a reply', () => {
  for (const carrier of ['websocket', 'sse'] satisfies Carrier[]) {
    it(`a reader sees the same text before, while and after it is produced, over ${carrier}`, async () => {
      const gate = createGate();
      test.model.enqueue([head(200), delta('one '), wait(gate.opened), delta('two'), finish(), done]);
      const messageId = await ask();
      const early = followReply(test.client, carrier, { messageId });
      const second = followReply(test.client, carrier, { messageId });
      await waitUntil('two readers are there', () => test.app.openCursors() === 2);
      const middle = followReply(test.client, carrier, { messageId, after: 2 });
      await waitUntil('three readers are there', () => test.app.openCursors() === 3);
      gate.open();
      expect((await early).text).toBe('one two');
      expect((await second).text).toBe('one two');
      expect((await middle).text).toBe('e two');
      const late = await followReply(test.client, carrier, { messageId });
      expect(late.text).toBe('one two');
      expect(late.end).toMatchObject({ status: 'COMPLETE', content: 'one two' });
      expect((await followReply(test.client, carrier, { messageId, after: 4 })).text).toBe('two');
      expect((await followReply(test.client, carrier, { messageId, after: 7 })).text).toBe('');
      await waitUntil('every cursor is closed', () => test.app.openCursors() === 0);
    });
  }

  it('a reader that is slower than the model gets fewer, larger pieces and the whole text', async () => {
    test.model.enqueue([head(200), endlessText({ text: 'word ', count: 20_000 }), finish(), done]);
    const { text, pieces } = await followReply(test.client, 'websocket', { messageId: await ask() });
    expect(text).toBe('word '.repeat(20_000));
    expect(pieces).toBeLessThan(10_000);
  });

  it('a surrogate pair that the model splits over two chunks arrives whole', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('a\ud83d'), wait(gate.opened), delta('\ude00b'), finish(), done]);
    const messageId = await ask();
    const reading = followReply(test.client, 'websocket', { messageId });
    await waitUntil('the reader is there', () => test.app.openCursors() === 1);
    gate.open();
    expect((await reading).text).toBe('a😀b');
    await expect(followReply(test.client, 'websocket', { messageId, after: 2 })).rejects.toThrow(
      'inside a character',
    );
    expect((await followReply(test.client, 'websocket', { messageId, after: 3 })).text).toBe('b');
  });

  it('a reply continues to its end without any reader', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('alone'), wait(gate.opened), finish(), usage(3, 1), done]);
    const messageId = await ask();
    expect(await readMessage(messageId)).toMatchObject({ status: 'STREAMING', content: '' });
    gate.open();
    await waitUntil(
      'the reply is complete',
      async () => (await readMessage(messageId))?.status === 'COMPLETE',
    );
    const message = await readMessage(messageId);
    expect(message).toMatchObject({
      content: 'alone',
      finishReason: 'stop',
      usage: { promptTokens: 3, completionTokens: 1, totalTokens: 4 },
      model: { id: 'model-a' },
    });
    expect(message?.timings?.firstTokenMs).toBeLessThanOrEqual(message?.timings?.totalMs ?? 0);
  });

  it('the rows of the token log are deleted once the reply has ended', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('kept'), wait(gate.opened), finish(), done]);
    const messageId = await ask();
    const rows = async () =>
      (await test.database.client.query('SELECT text FROM token_log WHERE message_id = $1', [messageId]))
        .rows;
    await waitUntil('the text is persisted', async () => (await rows()).length > 0);
    expect(await rows()).toEqual([{ text: 'kept' }]);
    gate.open();
    await followReply(test.client, 'sse', { messageId });
    await waitUntil('the rows are gone', async () => (await rows()).length === 0);
  });
});

describe('a reply that does not end well', () => {
  it('keeps its partial text as FAILED, with the reason, when the model cuts the connection', async () => {
    test.model.enqueue([head(200), delta('partial'), cut]);
    const { text, end } = await followReply(test.client, 'websocket', { messageId: await ask() });
    expect(text).toBe('partial');
    expect(end).toMatchObject({ status: 'FAILED', content: 'partial' });
    expect(end.error).toContain('model-a');
  });

  it('is FAILED, not an empty COMPLETE, when the model sends no text', async () => {
    test.model.enqueue([head(200), finish(), done]);
    const { end } = await followReply(test.client, 'websocket', { messageId: await ask() });
    expect(end).toMatchObject({ status: 'FAILED', content: '' });
    expect(end.error).toContain('without any text');
  });

  it('keeps its text as STOPPED when it is stopped, and the model sees its connection closed', async () => {
    test.model.enqueue([head(200), delta('so far'), hang]);
    const before = test.model.requests.length;
    const messageId = await ask();
    const reading = followReply(test.client, 'websocket', { messageId });
    const request = await test.model.waitForRequest(before + 1);
    await waitUntil('the reader is there', () => test.app.openCursors() === 1);
    await waitUntil('the text is there', async () => {
      const rows = await test.database.client.query('SELECT FROM token_log WHERE message_id = $1', [
        messageId,
      ]);
      return rows.rowCount === 1;
    });
    const { stopGeneration } = await test.client.run(operations.StopGenerationDocument, {
      input: { messageId },
    });
    expect(stopGeneration.message).toMatchObject({ status: 'STOPPED', content: 'so far' });
    expect((await reading).end.status).toBe('STOPPED');
    expect(await request.closed).toBe('client');
    const again = await test.client.run(operations.StopGenerationDocument, { input: { messageId } });
    expect(again.stopGeneration.message).toMatchObject({ status: 'STOPPED', content: 'so far' });
    const { rateMessage } = await test.client.run(operations.RateMessageDocument, {
      input: { messageId, rating: 'LIKE' },
    });
    expect(rateMessage.feedback?.rating).toBe('LIKE');
  });
});

describe('the thread that is sent to the model', () => {
  it('is the path to the prompt, with the requested parameters', async () => {
    const { client, model } = test;
    model.enqueue(reply('first'), reply('second'), reply('branch'));
    const conversationId = await startConversation(client, { systemPrompt: 'Be brief.' });
    const first = await sendMessage(client, { conversationId, content: 'one' });
    await followReply(client, 'sse', { messageId: first });
    const second = await sendMessage(client, {
      conversationId,
      content: 'two',
      model: 'model-b',
      parameters: { temperature: 0.5, maxTokens: 7, topP: 0.9, stop: ['END'], seed: 3 },
    });
    await followReply(client, 'sse', { messageId: second });
    expect(model.requests.at(-1)?.body).toMatchObject({
      model: 'model-b',
      temperature: 0.5,
      max_tokens: 7,
      top_p: 0.9,
      stop: ['END'],
      seed: 3,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'first' },
        { role: 'user', content: 'two' },
      ],
    });
    const branch = await sendMessage(client, { conversationId, content: 'other', parentId: first });
    await followReply(client, 'sse', { messageId: branch });
    expect(model.requests.at(-1)?.body.messages?.map(({ content }) => content)).toEqual([
      'Be brief.',
      'one',
      'first',
      'other',
    ]);
  });

  it('leaves out a reply that is still being produced', async () => {
    const { client, model } = test;
    const gate = createGate();
    model.enqueue([head(200), delta('slow'), wait(gate.opened), finish(), done], reply('quick'));
    const conversationId = await startConversation(client);
    const slow = await sendMessage(client, { conversationId, content: 'one' });
    const quick = await sendMessage(client, { conversationId, content: 'two' });
    expect((await followReply(client, 'sse', { messageId: quick })).end.status).toBe('COMPLETE');
    gate.open();
    expect((await followReply(client, 'sse', { messageId: slow })).text).toBe('slow');
    const { message } = await client.run(operations.MessageDocument, { id: quick });
    expect(message?.parent?.id).not.toBe(slow);
  });
});
