// Who may read and write what, by every query, mutation and subscription.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

type Ids = { conversation: string; prompt: string; reply: string; event: string };

let test: TestApp;
let ids: Ids;
const clients: Record<string, GraphQLClient> = {};

function as(name: string): GraphQLClient {
  const client = clients[name];
  if (client === undefined) throw new Error(`There is no client of ${name}.`);
  return client;
}

async function readEvents(client: GraphQLClient, conversationId: string) {
  return (await client.run(operations.EventsDocument, { topic: 'private', conversationId })).events.nodes;
}

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  const rolesOf = {
    ada: [],
    bob: ['USER'],
    newcomer: ['USER'],
    dora: ['USER'],
    analyst: ['ANALYST'],
    service: ['SERVICE'],
    admin: ['ADMIN'],
  };
  for (const [sub, roles] of Object.entries(rolesOf)) {
    clients[sub] = test.as(await signWithSecret({ sub, roles }));
  }
  const conversation = await startConversation(as('ada'), { topic: 'private', title: 'secret plans' });
  const reply = await sendMessage(as('ada'), { conversationId: conversation, content: 'a secret' });
  await followReply(as('ada'), 'sse', { messageId: reply });
  await as('ada').run(operations.RateMessageDocument, { input: { messageId: reply, rating: 'LIKE' } });
  const { message } = await as('ada').run(operations.MessageDocument, { id: reply });
  const [first] = await readEvents(as('ada'), conversation);
  ids = { conversation, prompt: message?.parent?.id ?? '', reply, event: first?.id ?? '' };
});
afterAll(() => test.stop());

type Probe = (client: GraphQLClient, of: Ids) => Promise<unknown>;

const reads: Record<string, Probe> = {
  conversation: (client, { conversation: id }) => client.ask(operations.ConversationDocument, { id }),
  message: (client, { reply: id }) => client.ask(operations.MessageDocument, { id }),
  'node of a conversation': (client, { conversation: id }) => node(client, id),
  'node of a message': (client, { reply: id }) => node(client, id),
  'node of an event': (client, { event: id }) => node(client, id),
  events: (client, { conversation: conversationId }) =>
    client.ask(operations.EventsDocument, { topic: 'private', conversationId }),
};
const writes: Record<string, Probe> = {
  sendMessage: (client, { conversation: conversationId }) =>
    client.ask(operations.SendMessageDocument, { input: { conversationId, content: 'intruder' } }),
  addMessage: (client, { conversation: conversationId }) =>
    client.ask(operations.AddMessageDocument, {
      input: { conversationId, role: 'USER', content: 'intruder' },
    }),
  regenerateReply: (client, { reply: messageId }) =>
    client.ask(operations.RegenerateReplyDocument, { input: { messageId } }),
  stopGeneration: (client, { reply: messageId }) =>
    client.ask(operations.StopGenerationDocument, { input: { messageId } }),
  rateMessage: (client, { reply: messageId }) =>
    client.ask(operations.RateMessageDocument, { input: { messageId, rating: 'DISLIKE' } }),
  'rateMessage with null': (client, { reply: messageId }) =>
    client.ask(operations.RateMessageDocument, { input: { messageId, rating: null } }),
  submitFeedback: (client, { reply: messageId }) =>
    client.ask(operations.SubmitFeedbackDocument, { input: { messageId, comment: 'intruder' } }),
  endConversation: (client, { conversation: id }) =>
    client.ask(operations.EndConversationDocument, { input: { id } }),
};
const follows: Record<string, Probe> = Object.fromEntries(
  (['websocket', 'sse'] as const).map((carrier) => [
    `generation over ${carrier}`,
    async (client, { reply: messageId }) => {
      try {
        return (await followReply(client, carrier, { messageId })).text;
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    },
  ]),
);

function node(client: GraphQLClient, id: string) {
  return client.send('query ($id: ID!) { node(id: $id) { id __typename } }', { id });
}

/** The answer, with the requested ids replaced. */
async function shape(probe: Probe, client: GraphQLClient, of: Ids): Promise<string> {
  let text = JSON.stringify(await probe(client, of));
  for (const id of Object.values(of)) text = text.replaceAll(id, 'ID');
  return text;
}

const absent = (): Ids => ({ conversation: newId(), prompt: newId(), reply: newId(), event: newId() });

describe("a USER and another's conversation", () => {
  it.each(Object.entries({ ...reads, ...writes, ...follows }))(
    '%s answers as if it did not exist, and reveals nothing',
    async (_name, probe) => {
      const answer = await shape(probe, as('bob'), ids);
      expect(answer).toBe(await shape(probe, as('bob'), absent()));
      expect(answer).toMatch(/NOT_FOUND|There is no|"(conversation|message|node)":null/);
      expect(answer).not.toMatch(/secret|script/);
    },
  );

  it('lists and topics contain nothing of others', async () => {
    for (const variables of [{}, { username: 'ada' }, { search: 'secret' }, { topic: 'private' }]) {
      const { conversations } = await as('newcomer').run(operations.ConversationsDocument, variables);
      expect(conversations.edges, JSON.stringify(variables)).toEqual([]);
    }
    expect((await as('newcomer').run(operations.TopicsDocument, {})).topics).toEqual([]);
    expect((await as('ada').run(operations.TopicsDocument, {})).topics).toMatchObject([{ name: 'private' }]);
  });

  it("another's message can not be the parent of a message, or the leaf of a thread", async () => {
    const conversationId = await startConversation(as('bob'));
    const branch = await as('bob').ask(operations.SendMessageDocument, {
      input: { conversationId, content: 'x', parentId: ids.reply },
    });
    expect(branch.errors[0]?.extensions.code).toBe('INVALID_INPUT');
    const thread =
      'query ($id: ID!, $leaf: ID) { conversation(id: $id) { thread(leaf: $leaf) { content } } }';
    const answer = await as('bob').send(thread, { id: conversationId, leaf: ids.reply });
    expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('a whole topic is FORBIDDEN, before any of it is read', async () => {
    for (const variables of [
      {},
      { topic: 'private' },
      { topic: 'none' },
      { after: 'nonsense' },
      { offset: 5 },
    ]) {
      const { data, errors } = await as('bob').ask(operations.EventsDocument, variables);
      expect(data, JSON.stringify(variables)).toBeNull();
      expect(errors[0]?.extensions.code, JSON.stringify(variables)).toBe('FORBIDDEN');
    }
  });

  it('writing as another username, or with another source, is FORBIDDEN', async () => {
    const conversationId = await startConversation(as('bob'));
    const messageId = await sendMessage(as('bob'), { conversationId, content: 'x' });
    for (const author of [{ username: 'ada' }, { source: 'REVIEWER' }, { source: 'JUDGE' }] as const) {
      const rated = await as('bob').ask(operations.RateMessageDocument, {
        input: { messageId, rating: 'LIKE', ...author },
      });
      expect(rated.errors[0]?.extensions.code).toBe('FORBIDDEN');
      const commented = await as('bob').ask(operations.SubmitFeedbackDocument, {
        input: { messageId, comment: 'x', ...author },
      });
      expect(commented.errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
    const started = await as('bob').ask(operations.StartConversationDocument, {
      input: { model: 'model-a', username: 'ada' },
    });
    expect(started.errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('sees their own feedback on their reply, and not the feedback of others', async () => {
    const comment = 'for reviewers only';
    await as('service').run(operations.SubmitFeedbackDocument, {
      input: { messageId: ids.reply, comment, source: 'REVIEWER', username: 'rita' },
    });
    const own = await as('ada').run(operations.MessageDocument, { id: ids.reply });
    expect(own.message?.feedback).toMatchObject([{ username: 'ada', rating: 'LIKE' }]);
    const all = await as('analyst').run(operations.MessageDocument, { id: ids.reply });
    expect(all.message?.feedback).toHaveLength(2);
  });
});

describe('an ANALYST', () => {
  it.each(Object.entries({ ...reads, ...follows }))('reads everything by %s', async (_name, probe) => {
    expect(await shape(probe, as('analyst'), ids)).toBe(await shape(probe, as('admin'), ids));
    expect(await shape(probe, as('analyst'), ids)).not.toMatch(
      /NOT_FOUND|"(conversation|message|node)":null/,
    );
  });

  it('reads whole topics and lists', async () => {
    const { events } = await as('analyst').run(operations.EventsDocument, { topic: 'private' });
    expect(events.nodes.length).toBeGreaterThan(3);
    await startConversation(as('dora'));
    const { conversations } = await as('analyst').run(operations.ConversationsDocument, { username: 'dora' });
    expect(conversations.edges).toHaveLength(1);
  });

  it.each(Object.entries(writes))('changes nothing of others by %s', async (_name, probe) => {
    const before = (await readEvents(as('ada'), ids.conversation)).length;
    expect(await shape(probe, as('analyst'), ids)).toContain('NOT_FOUND');
    expect(await readEvents(as('ada'), ids.conversation)).toHaveLength(before);
  });

  it('may write as themselves, and not as others', async () => {
    const input = { model: 'model-a', username: 'ada' };
    const { errors } = await as('analyst').ask(operations.StartConversationDocument, { input });
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await startConversation(as('analyst'))).toHaveLength(26);
  });
});

describe.each(['service', 'admin'])('a viewer with the role %s', (name) => {
  it('starts, continues, rates and ends conversations of a username, who then owns them', async () => {
    const conversationId = await startConversation(as(name), { username: 'bob' });
    const messageId = await sendMessage(as(name), { conversationId, content: 'hi' });
    await followReply(as('bob'), 'websocket', { messageId });
    const { rateMessage } = await as(name).run(operations.RateMessageDocument, {
      input: { messageId, rating: 'LIKE', username: 'bob' },
    });
    expect(rateMessage.feedback).toMatchObject({ username: 'bob', source: 'END_USER', rating: 'LIKE' });
    const { submitFeedback } = await as(name).run(operations.SubmitFeedbackDocument, {
      input: { messageId, comment: 'meh', source: 'JUDGE' },
    });
    expect(submitFeedback.feedback).toMatchObject({ username: name, source: 'JUDGE' });
    await as(name).run(operations.EndConversationDocument, { input: { id: conversationId } });
    const { conversation } = await as('bob').run(operations.ConversationDocument, { id: conversationId });
    expect(conversation).toMatchObject({ username: 'bob' });
    expect(conversation?.endedAt).not.toBeNull();
    const { events } = await as('bob').run(operations.EventsDocument, { conversationId });
    expect(events.nodes[0]?.actor).toBe(name);
  });
});

describe('feedback of others on a conversation', () => {
  it('is not in the events that its owner reads, whose versions have no gap', async () => {
    const conversationId = await startConversation(as('ada'), { topic: 'private' });
    const messageId = await sendMessage(as('ada'), { conversationId, content: 'hi' });
    await followReply(as('ada'), 'sse', { messageId });
    await as('ada').run(operations.RateMessageDocument, { input: { messageId, rating: 'LIKE' } });
    const author = { username: 'rev', source: 'REVIEWER' } as const;
    await as('service').run(operations.SubmitFeedbackDocument, {
      input: { ...author, messageId, comment: 'a remark', correction: 'better' },
    });
    const remark = { ...author, id: conversationId, comment: 'a remark' };
    await as('service').run(operations.RateConversationDocument, { input: remark });
    await as('service').run(operations.RecordSignalDocument, {
      input: { messageId, signal: 'COPIED', username: 'rev' },
    });

    const nodes = await readEvents(as('ada'), conversationId);
    expect(nodes.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(nodes[4]).toMatchObject({ actor: 'ada', payload: { username: 'ada', rating: 'like' } });
    const ids = { conversation_id: conversationId };
    const hidden = [
      { actor: null, payload: { id: messageId, ...ids } },
      { actor: null, payload: { id: conversationId } },
      { actor: null, payload: { id: messageId, ...ids } },
    ];
    expect(nodes.slice(5).map(({ actor, payload }) => ({ actor, payload }))).toEqual(hidden);
    const variables = { topic: 'private', conversationId };
    for (const carrier of ['websocket', 'sse'] as const) {
      const cursor = as('ada').follow(carrier, operations.FollowEventsDocument, variables);
      const followed = [];
      for await (const { events } of cursor) if (followed.push(events) === nodes.length) break;
      expect(followed).toEqual(nodes);
    }
    const [, , , , , last] = nodes;
    const text = `{ node(id: "${last?.id}") { ... on Event { actor payload } } }`;
    expect((await as('ada').send(text)).data).toEqual({ node: hidden[0] });

    for (const name of ['analyst', 'service', 'admin']) {
      const all = await readEvents(as(name), conversationId);
      expect(all[5]).toMatchObject({
        actor: 'service',
        payload: { username: 'rev', feedback: 'a remark', correction: 'better' },
      });
      expect((await as(name).send(text)).data).toMatchObject({ node: { actor: 'service' } });
    }
  });
});
