import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createOpenAIClient } from '../../../src/generation/provider/openai.ts';
import { type AskOptions, apiKey, askModel } from '../../support/ask-model.ts';
import {
  chunk,
  createGate,
  cut,
  delta,
  done,
  endlessText,
  finish,
  hang,
  head,
  refusal,
  reply,
  usage,
  wait,
} from '../../support/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.ts';

const retryAtOnce = { 'retry-after-ms': '1' };

let model: ScriptedModel;

beforeEach(async () => {
  model = await startScriptedModel();
});
afterEach(async () => {
  await model.stop();
});

const ask = (options?: AskOptions) => askModel(model, options);

describe('the request', () => {
  it('carries the model, the messages and only the parameters that are set', async () => {
    await ask();
    const parameters = { temperature: 0, maxTokens: 5, topP: 0.5, stop: ['\n'], seed: 7 };
    await ask({ request: { parameters } });
    const request = { model: 'zephyr', messages: [{ role: 'user', content: 'hi' }], stream: true };
    const body = { ...request, stream_options: { include_usage: true } };
    expect(model.requests.map((request) => request.body)).toEqual([
      body,
      { ...body, temperature: 0, max_tokens: 5, top_p: 0.5, stop: ['\n'], seed: 7 },
    ]);
    expect(model.requests[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(model.requests[0]?.headers.authorization).toBe(`Bearer ${apiKey}`);
  });

  it('carries no key when none is configured, whatever the environment holds for OpenAI', async () => {
    process.env.OPENAI_API_KEY = 'sk-of-somebody';
    process.env.OPENAI_ORG_ID = 'org-of-somebody';
    onTestFinished(() => {
      delete process.env.OPENAI_API_KEY;
      delete process.env.OPENAI_ORG_ID;
    });
    await ask({ client: { apiKey: undefined } });
    expect(model.requests[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(model.requests[0]?.headers)).not.toContain('of-somebody');
  });

  it('is sent once more without stream_options to a server that rejects them, and then never with them', async () => {
    model.setDefault(({ body }) =>
      body.stream_options ? refusal(400, 'Unrecognized request argument: stream_options') : reply('fine'),
    );
    const client = createOpenAIClient({ baseUrl: model.url, apiKey, timeoutMs: 4_000, idleTimeoutMs: 4_000 });
    const signal = new AbortController().signal;
    for (let n = 0; n < 2; n += 1) {
      await client.generate({ model: 'old', messages: [], parameters: {}, signal }, () => undefined);
    }
    expect(model.requests.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false]);
  });

  it('is sent once more without stream_options, though another reply learned first that they are rejected', async () => {
    const gates = [createGate(), createGate()];
    let rejections = 0;
    model.setDefault(({ body }) => {
      if (!body.stream_options) return reply('fine');
      const opened = gates[rejections]?.opened ?? (() => Promise.resolve());
      rejections += 1;
      return [wait(opened), ...refusal(400, 'Unrecognized request argument: stream_options')];
    });
    const client = createOpenAIClient({ baseUrl: model.url, apiKey, timeoutMs: 4_000, idleTimeoutMs: 4_000 });
    const signal = new AbortController().signal;
    const request = { model: 'old', messages: [], parameters: {}, signal };
    const replies = [1, 2].map(() => client.generate(request, () => undefined));
    await model.waitForRequest(2);
    gates[0]?.open();
    await Promise.race(replies);
    gates[1]?.open();
    expect((await Promise.all(replies)).map(({ finishReason }) => finishReason)).toEqual(['stop', 'stop']);
  });

  it('is not repeated after a 400 about anything else', async () => {
    model.setDefault(refusal(400, 'context length exceeded'));
    const { message } = await ask();
    expect(message).toContain('HTTP 400: context length exceeded');
    expect(model.requests).toHaveLength(1);
  });

  it('is repeated after a 500 or a cut before the first byte', async () => {
    model.enqueue(refusal(500, 'starting', retryAtOnce), refusal(429, 'busy', retryAtOnce));
    expect((await ask()).text).toBe('Hello from the script.');
    model.enqueue([cut]);
    expect((await ask()).text).toBe('Hello from the script.');
    expect(model.requests).toHaveLength(5);
  });

  it('reuses the connections of earlier requests', async () => {
    for (let n = 0; n < 10; n += 1) await ask();
    expect(model.openConnections()).toBeLessThanOrEqual(2);
  });
});

describe('a reply', () => {
  it('comes in pieces, with finish reason and usage', async () => {
    const gate = createGate();
    model.enqueue([delta('Hel'), wait(gate.opened), delta('lo'), finish('length'), usage(3, 2), done]);
    const { pieces, result } = await ask({ onText: () => gate.open() });
    expect(pieces).toEqual(['Hel', 'lo']);
    expect(result).toEqual({
      finishReason: 'length',
      usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5 },
    });
  });

  it.each([
    ['without usage', [delta('text'), finish(), done], 'stop'],
    ['without [DONE]', [delta('text'), finish()], 'stop'],
    ['without a finish reason', [delta('text'), done], undefined],
    ['cut after its finish reason', [delta('text'), finish(), cut], 'stop'],
    ['with content null', [delta(null), delta('text'), delta(null), finish(), done], 'stop'],
    ['with comments', [chunk(': hello\n\n:\n'), delta('text'), chunk(': ping\n\n'), finish(), done], 'stop'],
  ])('is complete %s', async (_, script, finishReason) => {
    model.enqueue(script);
    expect(await ask()).toMatchObject({
      text: 'text',
      error: undefined,
      result: { finishReason, usage: undefined },
    });
  });

  it('is read with CRLF and with characters that are split over packets', async () => {
    const bytes = Buffer.from(`data: {"choices":[{"delta":{"content":"Grüße, 世界 😀"}}]}\r\n\r\n`);
    const packets = Array.from(bytes, (byte) => chunk(Uint8Array.of(byte)));
    model.enqueue([...packets, finish(), done]);
    expect((await ask()).text).toBe('Grüße, 世界 😀');
  });

  it('is accepted as one piece of plain JSON from a server without streaming', async () => {
    const completion = { choices: [{ message: { content: 'all at once' }, finish_reason: 'stop' }] };
    model.enqueue([head(200, { 'content-type': 'application/json' }), chunk(JSON.stringify(completion))]);
    expect(await ask()).toMatchObject({ pieces: ['all at once'], result: { finishReason: 'stop' } });
  });

  it('of many tokens arrives whole, in fewer pieces than tokens', async () => {
    model.enqueue([endlessText({ text: 'word ', count: 20_000 }), finish(), done]);
    const { text, pieces } = await ask();
    expect(text).toBe('word '.repeat(20_000));
    expect(pieces.length).toBeLessThan(20_000);
  });

  it('does not wait for a server that sends nothing after the end of its text', async () => {
    model.enqueue([delta('text'), finish(), hang]);
    const { text, error } = await ask({ client: { idleTimeoutMs: 50 } });
    expect({ text, error }).toEqual({ text: 'text', error: undefined });
    model.enqueue([delta('text'), done, hang]);
    expect((await ask({ client: { idleTimeoutMs: 60_000 } })).error).toBeUndefined();
    expect(await model.requests[1]?.closed).toBe('client');
  });
});

describe('an abort', () => {
  it.each([
    ['before the headers', [hang]],
    ['after the headers', [head(200, { 'content-type': 'text/event-stream' }), hang]],
    ['during the pause before a retry', refusal(429, 'later', { 'retry-after': '30' })],
    ['while the body of a refusal hangs', [head(401), chunk('{'), hang]],
  ])('%s rejects with its reason at once', async (_, script) => {
    model.setDefault(script);
    const stop = new AbortController();
    const asked = ask({ request: { signal: stop.signal } });
    await model.waitForRequest(1);
    const reason = new Error('stopped by its user');
    stop.abort(reason);
    expect((await asked).error).toBe(reason);
    await model.requests[0]?.closed;
    expect(model.runningAnswers()).toBe(0);
  });

  it('in the middle of the text closes the upstream socket and lets no more text through', async () => {
    model.enqueue([endlessText({ text: 'word ', count: 1e9 })]);
    const stop = new AbortController();
    let piecesAtStop = 0;
    const onText = (): void => {
      piecesAtStop += 1;
      if (piecesAtStop === 3) stop.abort();
    };
    const { error, pieces } = await ask({ request: { signal: stop.signal }, onText });
    expect(error).toBe(stop.signal.reason);
    expect(pieces).toHaveLength(3);
    expect(await model.requests[0]?.closed).toBe('client');
  });

  it('before the request sends nothing', async () => {
    const reason = new Error('too late');
    expect((await ask({ request: { signal: AbortSignal.abort(reason) } })).error).toBe(reason);
    expect(model.requests).toHaveLength(0);
  });

  it('of one request does not affect the others', async () => {
    const gate = createGate();
    model.setDefault([delta('a'), wait(gate.opened), delta('b'), finish(), done]);
    const stop = new AbortController();
    const other = ask();
    const stopped = ask({ request: { signal: stop.signal }, onText: () => stop.abort() });
    await stopped;
    gate.open();
    expect((await other).text).toBe('ab');
  });
});
