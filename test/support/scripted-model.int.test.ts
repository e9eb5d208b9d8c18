import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGate, cut, delta, endlessText, finish, hang, reply, wait } from './script.ts';
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts';

let model: ScriptedModel;
beforeEach(async () => {
  model = await startScriptedModel();
});
afterEach(async () => {
  await model.stop();
});

const post = (body: unknown = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${model.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });

describe('a scripted model', () => {
  it('plays its queue first and its default after that, by the request if it wants', async () => {
    model.enqueue(reply('one'));
    model.setDefault(({ body }) => reply(`for ${body.model}`));
    expect(await (await post()).text()).toContain('"content":"one"');
    expect(await (await post({ model: 'zephyr' })).text()).toContain('"content":"for zephyr"');
    expect(model.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
      Array.from({ length: 2 }, () => 'POST /v1/chat/completions'),
    );
  });

  it('knows whether the script or the client ended an exchange', async () => {
    model.enqueue([delta('a')], [delta('a'), cut], [delta('a'), hang]);
    await (await post()).text();
    await expect((await post()).text()).rejects.toThrow();
    const leave = new AbortController();
    await post({}, leave.signal);
    expect(model.runningAnswers()).toBe(1);
    leave.abort();
    expect(await Promise.all(model.requests.map(({ closed }) => closed))).toEqual([
      'script',
      'script',
      'client',
    ]);
    expect(model.runningAnswers()).toBe(0);
  });

  it('holds back even its headers until a gate is opened', async () => {
    const gate = createGate();
    model.enqueue([wait(gate.opened), finish()]);
    const answered = post();
    await model.waitForRequest(1);
    expect(model.runningAnswers()).toBe(1);
    gate.open();
    expect((await answered).status).toBe(200);
  });

  it('sends exactly as many tokens as it is told, paced or not', async () => {
    model.enqueue(
      [endlessText({ text: 'x', count: 1_000 })],
      [endlessText({ text: 'x', count: 3, intervalMs: 1 })],
    );
    for (const count of [1_000, 3])
      expect((await (await post()).text()).split('data: ')).toHaveLength(count + 1);
  });

  it('stops sending when a reader that does not read is gone', async () => {
    model.enqueue([endlessText({ text: 'x'.repeat(1_000), count: 1e9 })]);
    const leave = new AbortController();
    await post({}, leave.signal);
    leave.abort();
    expect(await model.requests[0]?.closed).toBe('client');
  });
});
