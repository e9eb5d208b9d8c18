import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { chunk, delta, done, endlessText, finish, hang, refusal, reply, usage } from '../support/script.ts';
import type { ScriptOf } from '../support/scripted-model.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';

const maxBytes = 10_000;
/** Long enough that a busy machine is not mistaken for a silent model. */
const idleTimeoutMs = 2_000;

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({
    MAX_REPLY_BYTES: String(maxBytes),
    MODEL_IDLE_TIMEOUT_MS: String(idleTimeoutMs),
  });
});
afterAll(() => test.stop());

/** Makes the model play the script for a prompt, and follows the reply to its end. */
async function play(script: ScriptOf) {
  test.model.enqueue(script);
  const before = test.model.requests.length;
  const conversationId = await startConversation(test.client);
  const messageId = await sendMessage(test.client, { conversationId, content: 'hello' });
  const request = await test.model.waitForRequest(before + 1);
  return { ...(await followReply(test.client, 'websocket', { messageId })), request };
}

describe('a reply that grows beyond MAX_REPLY_BYTES', () => {
  it('is STOPPED there with the text up to it, and the model sees its connection closed', async () => {
    const { text, end, request } = await play([endlessText({ text: 'word ', count: 2_000_000 }), done]);
    expect(end).toMatchObject({ status: 'STOPPED', finishReason: 'length', error: null });
    expect(end.content).toBe('word '.repeat(maxBytes / 5));
    expect(text).toBe(end.content);
    expect(await request.closed).toBe('client');
  });

  it('is cut between characters', async () => {
    const { text, end } = await play([delta('a'), delta('😀'.repeat(5_000)), finish(), done]);
    expect(end.status).toBe('STOPPED');
    expect(text).toBe(`a${'😀'.repeat(2_499)}`);
    expect(end.content).toBe(text);
  });

  it('is COMPLETE if it has exactly that many', async () => {
    const script = [delta('é'.repeat(maxBytes / 2 - 1)), delta('ab'), finish(), usage(1, 2), done];
    const { text, end } = await play(script);
    expect(end).toMatchObject({ status: 'COMPLETE', finishReason: 'stop', usage: { totalTokens: 3 } });
    expect(Buffer.byteLength(text)).toBe(maxBytes);
  });

  it('is STOPPED even if the endpoint sends it in one piece', async () => {
    const completion = { choices: [{ message: { content: 'x'.repeat(50_000) }, finish_reason: 'stop' }] };
    const { end } = await play([
      { kind: 'head', status: 200, headers: { 'content-type': 'application/json' } },
      chunk(JSON.stringify(completion)),
    ]);
    expect(end).toMatchObject({ status: 'STOPPED', finishReason: 'length' });
    expect(end.content).toHaveLength(maxBytes);
  });
});

describe('an endpoint that misbehaves', () => {
  it('by sending its answer byte by byte is read completely, in few pieces', async () => {
    const bytes = Buffer.from('data: {"choices":[{"delta":{"content":"é😀"}}]}\n\n'.repeat(200));
    const packets = Array.from({ length: 20 }, (_, part) =>
      Array.from(bytes.subarray((part * bytes.length) / 20, ((part + 1) * bytes.length) / 20), (byte) =>
        chunk(Uint8Array.of(byte)),
      ),
    );
    const { text, pieces, end } = await play([...packets.flat(), finish(), done]);
    expect(text).toBe('é😀'.repeat(200));
    expect(pieces).toBeLessThanOrEqual(200);
    expect(end.status).toBe('COMPLETE');
  });

  it('by falling silent in the middle is abandoned after MODEL_IDLE_TIMEOUT_MS; the text is kept', async () => {
    const { text, end, request } = await play([delta('half'), hang]);
    expect(text).toBe('half');
    expect(end).toMatchObject({ status: 'FAILED', content: 'half' });
    expect(end.error).toContain(`sent nothing for ${idleTimeoutMs} ms`);
    expect(await request.closed).toBe('client');
  });

  it('by refusing at first is asked again, and the reply is COMPLETE', async () => {
    test.model.enqueue(refusal(503, 'starting', { 'retry-after-ms': '1' }));
    const { text, end } = await play(reply('there'));
    expect(text).toBe('there');
    expect(end.status).toBe('COMPLETE');
  });
});
