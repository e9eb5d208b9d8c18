import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createGate, cut, delta, done, finish, head, refusal, reply, wait } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

type Input = operations.RegenerateReplyInput;

async function regenerate(input: Input): Promise<string> {
  const { regenerateReply } = await test.client.run(operations.RegenerateReplyDocument, { input });
  return regenerateReply.reply.id;
}

const end = (messageId: string) => followReply(test.client, 'sse', { messageId });

/** Sends a prompt and follows its reply to the end. */
async function ask(
  conversationId: string,
  content: string,
  options: Partial<operations.SendMessageInput> = {},
): Promise<string> {
  const replyId = await sendMessage(test.client, { conversationId, content, ...options });
  await end(replyId);
  return replyId;
}

async function parentOf(id: string): Promise<string> {
  return (await test.client.run(operations.MessageDocument, { id })).message?.parent?.id ?? '';
}

const contentsSchema = (data: unknown) => data as { thread: { content: string }[] };
async function threadOf(conversationId: string, leaf: string): Promise<string[]> {
  const query = 'query ($id: ID!, $leaf: ID!) { conversation(id: $id) { thread(leaf: $leaf) { content } } }';
  const { data } = await test.client.send(query, { id: conversationId, leaf });
  return contentsSchema(data?.conversation).thread.map(({ content }) => content);
}

const sentContents = () => test.model.requests.at(-1)?.body.messages?.map(({ content }) => content);
const requestCount = () => test.model.requests.length;

async function refusalOf(input: Input) {
  const { errors } = await test.client.ask(operations.RegenerateReplyDocument, { input });
  return { code: errors[0]?.extensions.code, message: errors[0]?.message };
}

describe('regenerateReply', () => {
  it('makes a sibling from exactly the thread before the reply, though the conversation has continued', async () => {
    const { client, model } = test;
    model.enqueue(reply('one'), reply('two'), reply('three'), reply('another two'));
    const conversationId = await startConversation(client, { systemPrompt: 'Count.' });
    await ask(conversationId, 'first');
    const second = await ask(conversationId, 'second');
    await ask(conversationId, 'third');
    const sibling = await regenerate({ messageId: second });
    expect((await end(sibling)).end).toMatchObject({ status: 'COMPLETE', content: 'another two' });
    expect(model.requests.at(-1)?.body.messages).toEqual([
      { role: 'system', content: 'Count.' },
      { role: 'user', content: 'first' },
      { role: 'assistant', content: 'one' },
      { role: 'user', content: 'second' },
    ]);
    const { message } = await client.run(operations.MessageDocument, { id: sibling });
    expect(message?.siblings.map(({ id }) => id)).toEqual([second, sibling]);
    expect(message?.parent?.id).toBe(await parentOf(second));
    expect(await threadOf(conversationId, sibling)).toEqual([
      'Count.',
      'first',
      'one',
      'second',
      'another two',
    ]);
    const { message: replaced } = await client.run(operations.MessageDocument, { id: second });
    expect(replaced).toMatchObject({ content: 'two', status: 'COMPLETE' });
  });

  it('uses the model and parameters of the reply, or those of the input; each reply keeps its own', async () => {
    const conversationId = await startConversation(test.client);
    const parameters = { temperature: 0.5, maxTokens: 7, topP: 0.9, stop: ['END'], seed: 3 };
    const first = await ask(conversationId, 'hello', { model: 'model-b', parameters });
    const same = await regenerate({ messageId: first });
    await end(same);
    const sent = { temperature: 0.5, max_tokens: 7, top_p: 0.9, stop: ['END'], seed: 3 };
    expect(test.model.requests.at(-1)?.body).toMatchObject({ model: 'model-b', ...sent });
    const other = await regenerate({ messageId: same, model: 'model-a', parameters: { temperature: 1 } });
    await end(other);
    expect(test.model.requests.at(-1)?.body).toMatchObject({ model: 'model-a', temperature: 1 });
    expect(test.model.requests.at(-1)?.body).not.toHaveProperty('seed');
    const query =
      'query ($id: ID!) { message(id: $id) { siblings { model { id } parameters { temperature seed } } } }';
    const { data } = await test.client.send(query, { id: first });
    expect(data?.message).toEqual({
      siblings: [
        { model: { id: 'model-b' }, parameters: { temperature: 0.5, seed: 3 } },
        { model: { id: 'model-b' }, parameters: { temperature: 0.5, seed: 3 } },
        { model: { id: 'model-a' }, parameters: { temperature: 1, seed: null } },
      ],
    });
  });

  it('returns the same reply when it is repeated with its replyId, and asks the model once', async () => {
    const conversationId = await startConversation(test.client);
    const messageId = await ask(conversationId, 'hello');
    const replyId = newId();
    const before = requestCount();
    const repeated = await Promise.all(Array.from({ length: 5 }, () => regenerate({ messageId, replyId })));
    expect(new Set(repeated)).toEqual(new Set([replyId]));
    await end(replyId);
    await test.client.run(operations.EndConversationDocument, { input: { id: conversationId } });
    expect(await regenerate({ messageId, replyId })).toBe(replyId);
    expect(requestCount()).toBe(before + 1);
    const changed = await refusalOf({ messageId, replyId, model: 'model-b' });
    expect(changed.code).toBe('CONFLICT');
  });

  it('makes a new reply each time if replyId is omitted', async () => {
    const messageId = await ask(await startConversation(test.client), 'hello');
    const made = [await regenerate({ messageId }), await regenerate({ messageId })];
    const { message } = await test.client.run(operations.MessageDocument, { id: messageId });
    expect(message?.siblings.map(({ id }) => id)).toEqual([messageId, ...made]);
    await Promise.all(made.map(end));
  });

  it('lets a reply that is still being produced continue beside the new one', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('slow'), wait(gate.opened), finish(), done], reply('quick'));
    const conversationId = await startConversation(test.client);
    const before = requestCount();
    const slow = await sendMessage(test.client, { conversationId, content: 'hello' });
    await test.model.waitForRequest(before + 1);
    const quick = await regenerate({ messageId: slow });
    expect((await end(quick)).text).toBe('quick');
    expect(sentContents()).toEqual(['hello']);
    gate.open();
    expect((await end(slow)).end).toMatchObject({ status: 'COMPLETE', content: 'slow' });
  });

  it('is refused, with the reason, if there is nothing to ask the model', async () => {
    const { client } = test;
    const conversationId = await startConversation(client);
    const messageId = await ask(conversationId, 'hello');
    const before = requestCount();
    const unknown = newId();
    expect(await refusalOf({ messageId: unknown })).toEqual({
      code: 'NOT_FOUND',
      message: `There is no message ${unknown}.`,
    });
    expect(await refusalOf({ messageId: 'none' })).toMatchObject({ code: 'NOT_FOUND' });
    const prompt = await refusalOf({ messageId: await parentOf(messageId) });
    expect(prompt).toMatchObject({ code: 'INVALID_INPUT' });
    expect(prompt.message).toContain('is not a reply');
    const { addMessage } = await client.run(operations.AddMessageDocument, {
      input: { conversationId, role: 'ASSISTANT', content: 'welcome', parentId: null },
    });
    expect((await refusalOf({ messageId: addMessage.message.id })).message).toContain(
      'does not follow a message',
    );
    expect((await refusalOf({ messageId, replyId: 'mine' })).code).toBe('INVALID_INPUT');
    expect((await refusalOf({ messageId, model: 'model-z' })).message).toContain('is not on offer');
    expect((await refusalOf({ messageId, parameters: { temperature: 3 } })).code).toBe('INVALID_INPUT');
    await client.run(operations.EndConversationDocument, { input: { id: conversationId } });
    expect(await refusalOf({ messageId })).toMatchObject({ code: 'CONFLICT' });
    expect(requestCount()).toBe(before);
  });
});

describe('a branch', () => {
  it('from an earlier message sends only its own thread to the model, and so do the messages that follow', async () => {
    const { client, model } = test;
    model.enqueue(reply('one'), reply('two'), reply('edited two'), reply('three'), reply('fresh'));
    const conversationId = await startConversation(client, { systemPrompt: 'Count.' });
    const first = await ask(conversationId, 'first');
    const second = await ask(conversationId, 'second');
    const edited = await ask(conversationId, 'second, edited', { parentId: first });
    expect(sentContents()).toEqual(['Count.', 'first', 'one', 'second, edited']);
    await ask(conversationId, 'third');
    expect(sentContents()).toEqual(['Count.', 'first', 'one', 'second, edited', 'edited two', 'third']);
    const { message } = await client.run(operations.MessageDocument, { id: await parentOf(edited) });
    expect(message?.siblings.map(({ id }) => id)).toEqual([await parentOf(second), await parentOf(edited)]);
    expect(message?.parent?.id).toBe(first);
    expect(await threadOf(conversationId, second)).toEqual(['Count.', 'first', 'one', 'second', 'two']);
    const fresh = await ask(conversationId, 'all new', { parentId: null });
    expect(sentContents()).toEqual(['all new']);
    expect(await threadOf(conversationId, fresh)).toEqual(['all new', 'fresh']);
  });

  it('from a regenerated reply contains that reply and none of its siblings', async () => {
    test.model.enqueue(reply('one'), reply('another one'), reply('two'), reply('more'));
    const conversationId = await startConversation(test.client);
    const first = await ask(conversationId, 'first');
    const another = await regenerate({ messageId: first });
    await end(another);
    await ask(conversationId, 'second');
    expect(sentContents()).toEqual(['first', 'another one', 'second']);
    await ask(conversationId, 'second', { parentId: first });
    expect(sentContents()).toEqual(['first', 'one', 'second']);
  });

  it('leaves replies without text out of what is sent to the model, and keeps partial ones', async () => {
    const { client, model } = test;
    model.enqueue([finish(), done], refusal(400, 'no'), [delta('half'), cut], reply('whole'));
    const conversationId = await startConversation(client);
    for (const content of ['says nothing', 'fails', 'breaks off']) await ask(conversationId, content);
    const last = await ask(conversationId, 'go on');
    expect(sentContents()).toEqual(['says nothing', 'fails', 'breaks off', 'half', 'go on']);
    await end(await regenerate({ messageId: last }));
    expect(sentContents()).toEqual(['says nothing', 'fails', 'breaks off', 'half', 'go on']);
  });
});
