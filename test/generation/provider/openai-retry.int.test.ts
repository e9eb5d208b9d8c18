import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type AskOptions, apiKey, askModel } from '../../support/ask-model.ts';
import { chunk, cut, delta, done, event, failure, frame, hang, head, refusal } from '../../support/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../support/scripted-model.ts';

const retryAtOnce = { 'retry-after-ms': '1' };
const stream = head(200, { 'content-type': 'text/event-stream' });

let model: ScriptedModel;
beforeEach(async () => {
  model = await startScriptedModel();
});
afterEach(() => model.stop());

/** Asks, and measures how long the answer took. */
async function ask(options?: AskOptions) {
  const startedAt = performance.now();
  const outcome = await askModel(model, options);
  return { ...outcome, elapsedMs: performance.now() - startedAt };
}

/** Refuses the next requests with these headers. @returns when each arrived, in milliseconds */
function refuseNext(count: number, headers: Record<string, string>): number[] {
  const times: number[] = [];
  const script = () => {
    times.push(performance.now());
    return refusal(503, 'starting', headers);
  };
  model.enqueue(...Array.from({ length: count }, () => script));
  return times;
}

const between = (times: number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe('a request that failed', () => {
  it.each([408, 409, 429, 500, 502, 503, 529])('with HTTP %i is repeated', async (status) => {
    model.enqueue(refusal(status, 'busy', retryAtOnce));
    expect((await ask()).text).toBe('Hello from the script.');
    expect(model.requests).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 405, 413, 422])('with HTTP %i is not repeated', async (status) => {
    model.setDefault(refusal(status, 'no', retryAtOnce));
    expect((await ask()).code).toBe('UPSTREAM_FAILED');
    expect(model.requests).toHaveLength(1);
  });

  it('is made three times at most, and then reports the last refusal', async () => {
    model.enqueue(refusal(500, 'one', retryAtOnce), refusal(500, 'two', retryAtOnce));
    model.setDefault(refusal(503, 'three', retryAtOnce));
    expect((await ask()).message).toContain('HTTP 503: three');
    expect(model.requests).toHaveLength(3);
  });

  it.each([
    ['before the headers', [cut]],
    ['after the headers', [stream, cut]],
    ['after events without text', [stream, chunk(': ping\n\n'), event(frame({ delta: { role: 'x' } })), cut]],
    ['after an empty text', [stream, delta(''), cut]],
  ])('because it was cut %s is repeated', async (_, script) => {
    model.enqueue(script);
    expect(await ask()).toMatchObject({ text: 'Hello from the script.', error: undefined });
    expect(model.requests).toHaveLength(2);
  });

  it('because nobody listens is repeated, after pauses', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await once(server.close(), 'close');
    const { message, elapsedMs } = await ask({ client: { baseUrl: `http://127.0.0.1:${port}/v1` } });
    expect(message).toContain('ECONNREFUSED');
    expect(elapsedMs).toBeGreaterThan(700);
  });

  it.each([
    ['a cut', [delta('part'), cut]],
    ['an error', [delta('part'), failure('out of memory')]],
    ['silence', [delta('part'), hang]],
  ])('by %s is never repeated after a text was shown', async (_, script) => {
    model.enqueue(script);
    expect(await ask({ client: { idleTimeoutMs: 100 } })).toMatchObject({
      text: 'part',
      code: 'UPSTREAM_FAILED',
    });
    expect(model.requests).toHaveLength(1);
  });

  it('by an error that the endpoint reported before any text is not repeated', async () => {
    model.enqueue([stream, failure('context too long')]);
    expect((await ask()).message).toContain('context too long');
    expect(model.requests).toHaveLength(1);
  });
});

describe('the pause before a retry', () => {
  it('grows, and part of it is random', async () => {
    const times = refuseNext(2, {});
    expect((await ask()).text).toBe('Hello from the script.');
    const [first = 0, second = Number.NaN] = between([...times, performance.now()]);
    expect(first).toBeGreaterThan(240);
    expect(first).toBeLessThan(900);
    expect(second).toBeGreaterThan(490);
    expect(second).toBeLessThan(1_800);
  });

  it.each([
    ['in seconds', () => ({ 'retry-after': '1' })],
    ['in milliseconds', () => ({ 'retry-after-ms': '1000', 'retry-after': '9' })],
    // A date has no fractions of a second: more than a second is left until this one.
    ['by a date', () => ({ 'retry-after': new Date(Date.now() + 2_000).toUTCString() })],
  ])('is as long as Retry-After asks for, %s', async (_, headers) => {
    const times = refuseNext(1, headers());
    expect((await ask()).error).toBeUndefined();
    const [waited = 0] = between([...times, performance.now()]);
    expect(waited).toBeGreaterThan(980);
    expect(waited).toBeLessThan(3_500);
  });

  it.each(['0', new Date(0).toUTCString()])('is left out if Retry-After is %s', async (asked) => {
    const times = refuseNext(2, { 'retry-after': asked });
    expect((await ask()).error).toBeUndefined();
    // A default pause would be longer each time.
    expect(Math.min(...between(times))).toBeLessThan(240);
  });

  it('is the default if Retry-After makes no sense', async () => {
    const times = refuseNext(1, { 'retry-after': 'soon' });
    expect((await ask()).error).toBeUndefined();
    expect(between([...times, performance.now()])[0]).toBeGreaterThan(240);
  });

  it('is not started if it would end after the time limit: the refusal is reported at once', async () => {
    model.setDefault(refusal(429, 'quota used up', { 'retry-after': '30' }));
    const { message, elapsedMs } = await ask({ client: { timeoutMs: 20_000 } });
    expect(message).toContain('HTTP 429: quota used up');
    expect(elapsedMs).toBeLessThan(5_000);
    expect(model.requests).toHaveLength(1);
  });

  it('and all attempts together stay within the time limit', async () => {
    model.enqueue(refusal(503, 'starting', { 'retry-after-ms': '200' }));
    model.setDefault([hang]);
    const { message, elapsedMs } = await ask({ client: { timeoutMs: 600 } });
    expect(message).toContain('did not start its answer within 600 ms');
    expect(elapsedMs).toBeLessThan(1_500);
    expect(model.requests).toHaveLength(2);
  });

  it('ends at once when the reply is stopped', async () => {
    model.setDefault([cut]);
    const stop = new AbortController();
    const asked = ask({ request: { signal: stop.signal } });
    await model.waitForRequest(1);
    await model.requests[0]?.closed;
    const reason = new Error('stopped by its user');
    stop.abort(reason);
    const { error, elapsedMs } = await asked;
    expect(error).toBe(reason);
    expect(elapsedMs).toBeLessThan(240);
    expect(model.requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'with HTTP %i is not followed: neither the key nor the conversation is sent elsewhere',
    async (status) => {
      const other = await startScriptedModel();
      onTestFinished(() => other.stop());
      const location = `${other.url}/chat/completions?key=${apiKey}`;
      model.setDefault([head(status, { location }), delta('never read'), done]);
      const { code, message, text } = await ask();
      expect({ code, text }).toEqual({ code: 'UPSTREAM_FAILED', text: '' });
      expect(message).toContain(
        `answered with HTTP ${status}, a redirect to ${other.url}/chat/completions. `,
      );
      expect(message).toContain('set MODEL_BASE_URL');
      expect(message).not.toContain(apiKey);
      expect([model.requests.length, other.requests.length]).toEqual([1, 0]);
    },
  );

  it('within the endpoint is not followed, and its target is named', async () => {
    model.setDefault([head(307, { location: '/v2/chat/completions' })]);
    expect((await ask()).message).toContain(`${model.url.replace('/v1', '/v2')}/chat/completions`);
    expect(model.requests).toHaveLength(1);
  });
});
