// How many replies of one user are produced at once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../../src/app.ts';
import * as operations from '../../../src/client/operations.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { createLogger } from '../../../src/logger.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/graphql-client.ts';
import { delta, hang, head, reply } from '../../support/script.ts';
import { followReply, sendMessage, startConversation } from '../../support/talk.ts';
import { secret, signWithSecret } from '../../support/tokens.ts';
import { waitUntil } from '../../support/wait.ts';

const maxReplies = 3;

let test: TestApp;
let ada: GraphQLClient;
let conversationId: string;
beforeEach(async () => {
  test = await startTestApp({ MAX_GENERATIONS_PER_USER: String(maxReplies), AUTH_JWT_SECRET: secret });
  test.model.setDefault([head(200), delta('started'), hang]);
  ada = test.as(await signWithSecret({ sub: 'ada' }));
  conversationId = await startConversation(ada);
});
afterEach(() => test.stop());

const send = (client: GraphQLClient, id: string, conversation = conversationId) =>
  client.ask(operations.SendMessageDocument, {
    input: { conversationId: conversation, content: 'hello', id },
  });

async function codeOfSend(client: GraphQLClient, conversation?: string): Promise<string | undefined> {
  return (await send(client, newId(), conversation)).errors[0]?.extensions.code;
}

async function fill(): Promise<string[]> {
  const ids = Array.from({ length: maxReplies }, newId);
  for (const id of ids) expect((await send(ada, id)).errors).toEqual([]);
  return ids;
}

async function countEvents(): Promise<number> {
  const { rows } = await test.database.client.query<{ count: number }>('SELECT count(*)::int FROM event');
  return rows[0]?.count ?? -1;
}

describe('a user with as many running replies as MAX_GENERATIONS_PER_USER', () => {
  it('starts no more of them, nothing is written, and a repeated request gets the same answer', async () => {
    const [first = ''] = await fill();
    const before = await countEvents();
    const { errors } = await send(ada, newId());
    expect(errors[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
    expect(errors[0]?.message).toBe(
      '"ada" already has 3 replies in progress, the maximum (MAX_GENERATIONS_PER_USER). Wait until one ends, or stop one.',
    );
    const again = await send(ada, first);
    expect(again.errors).toEqual([]);
    const messageId = again.data?.sendMessage.reply.id ?? '';
    const more = await ada.ask(operations.RegenerateReplyDocument, { input: { messageId } });
    expect(more.errors[0]?.extensions.code).toBe('LIMIT_EXCEEDED');
    expect(await countEvents()).toBe(before);
    expect(test.model.requests.length).toBeLessThanOrEqual(maxReplies);
  });

  it('starts another when one has ended or is stopped', async () => {
    const [first = ''] = await fill();
    const messageId = (await send(ada, first)).data?.sendMessage.reply.id ?? '';
    await ada.run(operations.StopGenerationDocument, { input: { messageId } });
    test.model.enqueue(reply('whole'));
    const next = await sendMessage(ada, { conversationId, content: 'hello' });
    await followReply(ada, 'sse', { messageId: next });
    expect(await codeOfSend(ada)).toBeUndefined();
    expect(await codeOfSend(ada)).toBe('LIMIT_EXCEEDED');
  });

  it('is counted apart from other users, also for prompts that a SERVICE sends', async () => {
    await fill();
    const bob = test.as(await signWithSecret({ sub: 'bob' }));
    expect(await codeOfSend(bob, await startConversation(bob))).toBeUndefined();
    const service = test.as(await signWithSecret({ sub: 'service', roles: ['SERVICE'] }));
    expect(await codeOfSend(service)).toBe('LIMIT_EXCEEDED');
    expect(await codeOfSend(service, await startConversation(service, { username: 'ada' }))).toBe(
      'LIMIT_EXCEEDED',
    );
    expect(await codeOfSend(service, await startConversation(service))).toBeUndefined();
  });

  it('is recognised though many prompts come in the same instant', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOfSend(ada)));
    expect(codes.filter((code) => code === undefined)).toHaveLength(maxReplies);
    expect(codes.filter((code) => code === 'LIMIT_EXCEEDED')).toHaveLength(20 - maxReplies);
    await waitUntil('the model was asked', () => test.model.requests.length === maxReplies);
  });

  it('is limited on every node', async () => {
    await fill();
    const other: App = await startApp({ ...test.config, port: 0 }, createLogger('fatal'));
    try {
      const elsewhere = createGraphQLClient(other.url, await signWithSecret({ sub: 'ada' }));
      expect(await codeOfSend(elsewhere)).toBe('LIMIT_EXCEEDED');
    } finally {
      await other.stop();
    }
  });
});
