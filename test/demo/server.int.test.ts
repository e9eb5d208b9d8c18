import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer } from '../../src/demo/answer.ts';
import { demoModels, startDemoModel } from '../../src/demo/server.ts';
import { createOpenAIClient } from '../../src/generation/provider/openai.ts';
import type { ModelRequest } from '../../src/generation/provider/provider.ts';

const messages: ModelRequest['messages'] = [{ role: 'user', content: "How many r's are in strawberry?" }];
let demo: Awaited<ReturnType<typeof startDemoModel>>;

beforeAll(async () => {
  demo = await startDemoModel({ tokensPerSecond: 100_000 });
});
afterAll(async () => {
  await demo.stop();
});

async function generate(
  request: Partial<ModelRequest>,
  onText = (_: string): void => undefined,
  url = demo.url,
) {
  const client = createOpenAIClient({
    baseUrl: url,
    apiKey: undefined,
    timeoutMs: 5_000,
    idleTimeoutMs: 5_000,
  });
  const output = { text: '', reasoning: '' };
  const signal = new AbortController().signal;
  const result = await client.generate(
    { model: demoModels[0] ?? '', messages, parameters: {}, signal, ...request },
    (channel, piece) => {
      output[channel] += piece;
      onText(piece);
    },
  );
  return { ...result, ...output };
}

const post = (body: string): Promise<Response> =>
  fetch(`${demo.url}/chat/completions`, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });

describe('the demo model', () => {
  it.each(demoModels)('streams the whole answer of %s, with usage', async (model) => {
    const { text, finishReason, usage } = await generate({ model });
    expect(text).toBe(answer(messages, model));
    expect(finishReason).toBe('stop');
    expect(usage?.promptTokens).toBeGreaterThan(5);
    expect(usage?.completionTokens).toBeGreaterThan(20);
    expect(usage?.totalTokens).toBe((usage?.promptTokens ?? 0) + (usage?.completionTokens ?? 0));
  });

  it('streams any text unchanged', async () => {
    const odd = [{ role: 'user' as const, content: 'a  b\n\n\tc é 😀👩‍👩‍👧 e\u0301 ?' }];
    const { text } = await generate({ messages: odd, model: 'demo-chatty' });
    expect(text).toBe(answer(odd, 'demo-chatty'));
  });

  it('ends at max_tokens with finish reason length', async () => {
    const { text, finishReason, usage } = await generate({ parameters: { maxTokens: 5 } });
    expect(text.length).toBeGreaterThan(0);
    expect(answer(messages, 'demo-concise').startsWith(text)).toBe(true);
    expect({ finishReason, completionTokens: usage?.completionTokens }).toEqual({
      finishReason: 'length',
      completionTokens: 5,
    });
  });

  it('ends before a stop sequence with finish reason stop', async () => {
    const { text, finishReason } = await generate({ parameters: { stop: ['never there', ' not a'] } });
    expect({ text, finishReason }).toEqual({
      text: "I am Afterword's built-in demo,",
      finishReason: 'stop',
    });
  });

  it('comes token by token, and stops when its client disconnects', async () => {
    const slow = await startDemoModel({ tokensPerSecond: 20 });
    const stop = new AbortController();
    const pieces: string[] = [];
    const asked = generate(
      { signal: stop.signal },
      (piece) => {
        pieces.push(piece);
        if (pieces.length === 3) stop.abort(new Error('enough'));
      },
      slow.url,
    );
    await expect(asked).rejects.toThrow('enough');
    expect(pieces).toHaveLength(3);
    await slow.stop();
  });

  it('that is stopped ends running answers at once', async () => {
    const slow = await startDemoModel({ tokensPerSecond: 1 });
    const started = Promise.withResolvers<void>();
    const asked = generate({}, () => started.resolve(), slow.url).catch((error: unknown) => error);
    await started.promise;
    await slow.stop();
    expect(await asked).toMatchObject({ code: 'UPSTREAM_FAILED' });
  });

  it('answers in one piece when no stream is asked for', async () => {
    const response = await post(JSON.stringify({ model: 'demo-concise', messages }));
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [
        { message: { role: 'assistant', content: answer(messages, 'demo-concise') }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
    });
  });

  it('sends usage in a stream only when it is asked for', async () => {
    const response = await post(JSON.stringify({ model: 'demo-concise', messages, stream: true }));
    const body = await response.text();
    expect(body).toContain('"finish_reason":"stop"');
    expect(body).not.toContain('usage');
    expect(body.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('lists its models', async () => {
    const response = await fetch(`${demo.url}/models`);
    expect(await response.json()).toMatchObject({ data: demoModels.map((id) => ({ id, object: 'model' })) });
  });

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['no messages', '{"model":"demo-concise"}', 'messages'],
    ['max_tokens 0', '{"model":"m","messages":[],"max_tokens":0}', 'max_tokens'],
  ])('refuses %s with 400 and a message', async (_, body, message) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });

  it('refuses another path with 404', async () => {
    expect((await fetch(`${demo.url}/embeddings`)).status).toBe(404);
  });
});
