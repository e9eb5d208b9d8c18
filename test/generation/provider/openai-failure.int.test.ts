import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AskOptions, apiKey, askModel } from '../../support/ask-model.ts';
import {
  chunk,
  createGate,
  cut,
  delta,
  done,
  endlessText,
  event,
  failure,
  hang,
  head,
  refusal,
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

describe('a refusal', () => {
  it.each([
    [401, 'Check MODEL_API_KEY.'],
    [403, 'MODEL_API_KEY may use'],
    [404, 'Check that MODELS names a model it has'],
    [422, 'Change the message'],
    [429, 'Wait before you try again'],
    [500, 'Try again later'],
    [503, 'Try again later'],
  ])('with HTTP %i names status, endpoint, model, its own message and what to do', async (status, advice) => {
    model.setDefault(refusal(status, 'No, because', retryAtOnce));
    const { code, message, text } = await ask();
    expect({ code, text }).toEqual({ code: 'UPSTREAM_FAILED', text: '' });
    expect(message).toContain(
      `The model endpoint ${model.url}, asked for "zephyr", answered with HTTP ${status}: No, because. `,
    );
    expect(message).toContain(advice);
  });

  it('is cut to 300 characters and never shows the key', async () => {
    const body = `${'x'.repeat(290)} ${apiKey} and\0 more`;
    model.enqueue(refusal(401, body), refusal(400, `Bad key ${apiKey}`));
    const { message } = await ask();
    expect(message).toContain(`${'x'.repeat(290)} (secret) an`.slice(0, 299));
    expect(message).not.toContain('sk-');
    expect(message).not.toContain('more');
    expect((await ask()).message).toContain('Bad key (secret)');
  });

  it('never shows a key that is not a valid header value, or the credentials of the URL', async () => {
    const broken = await ask({ client: { apiKey: 'sk-two\nlines' } });
    expect(broken.code).toBe('UPSTREAM_FAILED');
    expect(broken.message).not.toMatch(/sk-two|lines/);
    const url = model.url.replace('http://', 'http://user:password@');
    const withUser = await ask({ client: { baseUrl: `${url}?key=hidden` } });
    expect(withUser.code).toBe('UPSTREAM_FAILED');
    expect(withUser.message).not.toMatch(/password|hidden/);
  });

  it('is reported even if its body never ends or hangs', async () => {
    model.setDefault([head(403, { 'content-type': 'text/plain' }), endlessText({ text: 'no', count: 1e9 })]);
    expect((await ask()).message).toContain('HTTP 403: data: {');
    expect(await model.requests[0]?.closed).toBe('client');
    model.setDefault([head(401), chunk('{'), hang]);
    expect((await ask({ client: { timeoutMs: 1_000 } })).message).toContain('HTTP 401. Check');
  });

  it('with a Retry-After beyond the time limit is reported by its status', async () => {
    model.setDefault(refusal(429, 'quota used up', { 'retry-after': '30' }));
    const { message } = await ask({ client: { timeoutMs: 4_000 } });
    expect(message).toContain('HTTP 429: quota used up');
  });
});

describe('a failure', () => {
  it('of an endpoint that does not run names the network error', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { code, message } = await ask({ client: { baseUrl: `http://127.0.0.1:${port}/v1` } });
    expect(code).toBe('UPSTREAM_FAILED');
    expect(message).toMatch(
      /could not be reached: connect ECONNREFUSED.*Check that it runs, and MODEL_BASE_URL/,
    );
  });

  it('of an endpoint that does not start its answer comes at the time limit', async () => {
    model.setDefault([hang]);
    const { code, message } = await ask({ client: { timeoutMs: 100 } });
    expect(code).toBe('UPSTREAM_FAILED');
    expect(message).toContain('did not start its answer within 100 ms');
    expect(model.requests).toHaveLength(1);
    expect(await model.requests[0]?.closed).toBe('client');
  });

  it.each([
    ['an error object', [delta('part'), failure('out of memory')], 'reported an error: out of memory.'],
    ['an error event', [delta('part'), chunk('event: error\ndata: {"message":"gone"}\n\n')], 'error: gone.'],
    ['bad JSON', [delta('part'), event('{"choices"')], 'sent an event that is not JSON: {"choices".'],
    ['a cut connection', [delta('part'), cut], 'closed the connection in the middle of its answer.'],
    ['an end without any sign of it', [delta('part')], 'closed the connection in the middle of its answer.'],
    ['a cut inside an event', [delta('part'), chunk('data: {"cho'), cut], 'in the middle of its answer.'],
  ])('by %s keeps the text before it', async (_, script, sentence) => {
    const gate = createGate();
    const [first, ...rest] = script;
    model.enqueue([...(first ? [first] : []), wait(gate.opened), ...rest]);
    const { code, message, text } = await ask({ onText: () => gate.open() });
    expect({ code, text }).toEqual({ code: 'UPSTREAM_FAILED', text: 'part' });
    expect(message).toContain(sentence);
    expect(message).toContain('ask again for a whole reply');
  });

  it.each([
    ['between headers and first chunk', [head(200, { 'content-type': 'text/event-stream' }), hang], ''],
    ['in the middle', [delta('part'), hang], 'part'],
  ])('by silence %s comes at the idle limit and closes the socket', async (_, script, text) => {
    model.enqueue(script);
    const outcome = await ask({ client: { idleTimeoutMs: 500 } });
    expect(outcome).toMatchObject({ code: 'UPSTREAM_FAILED', text });
    expect(outcome.message).toContain('sent nothing for 500 ms');
    expect(await model.requests[0]?.closed).toBe('client');
  });

  it('by silence does not come while comments show that the endpoint is alive', async () => {
    const ping = [chunk(': ping\n\n'), wait(() => setTimeout(80))];
    model.enqueue([...Array.from({ length: 20 }, () => ping).flat(), delta('text'), done]);
    expect(await ask({ client: { idleTimeoutMs: 1_000 } })).toMatchObject({ text: 'text', error: undefined });
  });

  it.each([
    [
      'an HTML page',
      [head(200, { 'content-type': 'text/html' }), chunk('<html>')],
      'answered with text/html',
    ],
    ['an empty event stream', [], 'ended its answer without a single event'],
    ['plain text', [head(200, { 'content-type': 'text/plain' }), chunk('ok')], 'without a single event'],
    [
      'JSON that is not a completion',
      [head(200, { 'content-type': 'application/json' }), chunk('{"status":"ok"}')],
      'sent JSON that is not a completion: {"status":"ok"}',
    ],
    [
      'a JSON error with status 200',
      [head(200, { 'content-type': 'application/json' }), chunk('{"error":{"message":"no credit"}}')],
      'reported an error: no credit',
    ],
  ])('is reported for %s', async (_, script, sentence) => {
    model.enqueue(script);
    const { code, message } = await ask();
    expect(code).toBe('UPSTREAM_FAILED');
    expect(message).toContain(sentence);
  });

  it('of the callback that receives the text ends the request and is rethrown unchanged', async () => {
    model.enqueue([delta('part'), hang]);
    const bug = new TypeError('a bug');
    const { error } = await ask({
      onText: () => {
        throw bug;
      },
    });
    expect(error).toBe(bug);
    expect(await model.requests[0]?.closed).toBe('client');
  });
});
