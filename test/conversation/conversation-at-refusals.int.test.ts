// Past states of a conversation: who may see them, which arguments are refused, and what the query costs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { recordStatements } from '../support/statements.ts';
import { startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

const [id, answer] = [newId(), newId()];

let test: TestApp;
let ada: GraphQLClient;
let bob: GraphQLClient;
let analyst: GraphQLClient;
let service: GraphQLClient;

async function at(client: GraphQLClient, moment: { offset?: number } = {}, of = id) {
  return (await client.run(operations.ConversationAtDocument, { id: of, ...moment })).conversationAt;
}

const rate = (client: GraphQLClient, input: Partial<operations.RateMessageInput>) =>
  client.run(operations.RateMessageDocument, { input: { messageId: answer, ...input } });

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  const as = async (sub: string, roles: string[]) => test.as(await signWithSecret({ sub, roles }));
  ada = await as('ada', ['USER']);
  bob = await as('bob', ['USER']);
  analyst = await as('analyst', ['ANALYST']);
  service = await as('service', ['SERVICE']);
  await startConversation(ada, { id });
  await ada.run(operations.AddMessageDocument, {
    input: { conversationId: id, id: answer, role: 'ASSISTANT', content: 'hello' },
  });
});
afterAll(() => test.stop());

describe('who may see it', () => {
  it('is null for another user, and for an unknown id, the id of a message, and text that is not an id', async () => {
    expect(await at(bob)).toBeNull();
    expect(await at(bob, { offset: 1 })).toBeNull();
    for (const unknown of ['01J7PTGBKBEYJHJAMZ9Q9EE9SD', answer, 'x', '\0', '']) {
      expect(await at(analyst, {}, unknown)).toBeNull();
    }
  });

  it('shows each viewer the feedback that the message itself shows them, in the same order', async () => {
    const usernames = Array.from({ length: 105 }, (_, index) => `user-${index}`);
    await Promise.all(usernames.map((username) => rate(service, { rating: 'LIKE', username })));
    await rate(ada, { rating: 'LIKE' });
    for (const [client, count] of [[ada, 1] as const, [analyst, 100] as const]) {
      const found = await client.run(operations.MessageDocument, { id: answer });
      const feedback = (await at(client))?.messages.find((one) => one.id === answer)?.feedback;
      expect(feedback).toHaveLength(count);
      expect(feedback).toMatchObject(found.message?.feedback ?? []);
    }
  });
});

describe('bad input', () => {
  const bad: [title: string, args: string, sentence: string][] = [
    ['both', 'offset: 1, time: "2026-11-23T10:00:00Z"', 'Both offset and time are given'],
    ['a negative offset', 'offset: -1', '-1 is not an offset'],
    ['a fractional offset', 'offset: 1.5', '1.5 is not an offset'],
    ['an offset that is text', 'offset: "1"', '"1" is not an offset'],
    ['an offset beyond 2^53', 'offset: 9007199254740993', 'is not an offset'],
    ['a time of garbage', 'time: "noon"', '"noon" is not an instant'],
    ['a time without a zone', 'time: "2026-11-23T10:00:00"', 'is not an instant'],
    ['a date', 'time: "2026-11-23"', 'is not an instant'],
    ['a time that is a number', 'time: 1', 'is not an instant'],
  ];

  it.each(bad)(
    '%s is refused, also for a viewer who may not see the conversation',
    async (_title, args, sentence) => {
      for (const client of [ada, bob]) {
        const { data, errors } = await client.send(`{ conversationAt(id: "${id}", ${args}) { id } }`);
        expect(data?.conversationAt ?? null).toBeNull();
        expect(errors).toMatchObject([
          { message: expect.stringContaining(sentence), extensions: { code: 'INVALID_INPUT' } },
        ]);
      }
    },
  );

  it('does not include null: offset and time that are null count as omitted', async () => {
    const { data } = await ada.send(`{ conversationAt(id: "${id}", offset: null, time: null) { id } }`);
    expect(data).toEqual({ conversationAt: { id } });
  });
});

describe('what it costs', () => {
  it('is one statement', async () => {
    const statements = await recordStatements(() => at(ada, { offset: 1 }));
    // The server's background work sends others meanwhile.
    const ours = statements.filter((text) => text.includes('"conversationId"') || text.includes('"public"'));
    expect(ours).toHaveLength(1);
  });

  it('allows messages and thread together, but not 110 conversations at once', async () => {
    const fields =
      'id content status model { id } usage { totalTokens } feedback { username rating comment tags }';
    const whole = `conversationAt(id: "${id}") { id messages { ${fields} } thread { ${fields} } }`;
    expect((await ada.send(`{ ${whole} }`)).errors).toEqual([]);
    const many = Array.from({ length: 110 }, (_, index) => `a${index}: conversationAt(id: "${id}") { id }`);
    expect((await ada.send(`{ ${many.join(' ')} }`)).errors).toMatchObject([
      { extensions: { code: 'LIMIT_EXCEEDED' } },
    ]);
  });
});
