import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { recordStatements } from '../support/statements.ts';
import { startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

async function addMessages(conversationId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = newId();
    const role = index % 2 === 0 ? 'USER' : 'ASSISTANT';
    await test.client.run(operations.AddMessageDocument, {
      input: { conversationId, id, role, content: `message ${index}` },
    });
    ids.push(id);
  }
  return ids;
}

describe('reading conversations', () => {
  it('pages forwards and backwards through all of them, newest first, and searches them', async () => {
    const { client } = test;
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.unshift(await startConversation(client, { topic: 'paged', title: `Title ${index % 2} 100%` }));
    }
    const read = async (variables: operations.ConversationsQueryVariables) =>
      (await client.run(operations.ConversationsDocument, { topic: 'paged', ...variables })).conversations;
    const first = await read({ first: 3 });
    expect(first.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 3));
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = await read({ first: 3, after: first.pageInfo.endCursor ?? null });
    expect(second.edges.map(({ node }) => node.id)).toEqual(ids.slice(3, 6));
    const last = await read({ last: 2 });
    expect(last.edges.map(({ node }) => node.id)).toEqual(ids.slice(5));
    const before = await read({ last: 2, before: last.pageInfo.startCursor ?? null });
    expect(before.edges.map(({ node }) => node.id)).toEqual(ids.slice(3, 5));
    expect((await read({ search: 'title 1 100%' })).edges).toHaveLength(3);
    expect((await read({ search: '%' })).edges).toHaveLength(7);
    expect((await read({ search: '_' })).edges).toHaveLength(0);
    expect((await read({ model: 'model-b' })).edges).toHaveLength(0);
    expect((await read({ username: 'local', first: 0 })).edges).toHaveLength(0);
  });

  it('returns the messages in the order in which they were added, also beyond the first page', async () => {
    const conversationId = await startConversation(test.client);
    const ids = await addMessages(conversationId, 105);
    const query = `query ($id: ID!, $after: String) { conversation(id: $id) {
      messages(after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } thread(last: 2) { id } } }`;
    const pageSchema = (data: unknown) =>
      data as {
        conversation: {
          messages: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
          thread: { id: string }[];
        };
      };
    const first = pageSchema((await test.client.send(query, { id: conversationId })).data).conversation;
    expect(first.messages.nodes.map(({ id }) => id)).toEqual(ids.slice(0, 100));
    expect(first.thread.map(({ id }) => id)).toEqual(ids.slice(-2));
    const after = first.messages.pageInfo.endCursor;
    const second = pageSchema(
      (await test.client.send(query, { id: conversationId, after })).data,
    ).conversation;
    expect(second.messages.nodes.map(({ id }) => id)).toEqual(ids.slice(100));
    expect(second.messages.pageInfo.hasNextPage).toBe(false);
  });

  it('returns the newest siblings, in the order in which they were added, also at the root', async () => {
    const conversationId = await startConversation(test.client);
    const addSibling = async (parentId: string | null) => {
      const input = { conversationId, role: 'ASSISTANT', content: 'sibling', parentId } as const;
      return (await test.client.run(operations.AddMessageDocument, { input })).addMessage.message.id;
    };
    const roots: string[] = [];
    const children: string[] = [];
    for (let index = 0; index < 4; index += 1) roots.push(await addSibling(null));
    for (let index = 0; index < 103; index += 1) children.push(await addSibling(roots[0] ?? ''));
    const query = 'query ($id: ID!, $last: Int! = 100) { message(id: $id) { siblings(last: $last) { id } } }';
    const read = async (id: string | undefined, last?: number) => {
      const { data, errors } = await test.client.send(query, { id, last });
      const siblingsSchema = (message: unknown) => message as { siblings: { id: string }[] };
      return errors[0]?.extensions.code ?? siblingsSchema(data?.message).siblings.map(({ id }) => id);
    };
    expect(await read(roots[1])).toEqual(roots);
    expect(await read(roots[0], 2)).toEqual(roots.slice(-2));
    expect(await read(children[0])).toEqual(children.slice(-100));
    expect(await read(children[102], 3)).toEqual(children.slice(-3));
    expect(await read(children[0], 0)).toEqual([]);
    expect(await read(children[0], 101)).toBe('LIMIT_EXCEEDED');
    expect(await read(children[0], -1)).toBe('INVALID_INPUT');
  });

  it('finds conversations, messages and events by their id', async () => {
    const conversationId = await startConversation(test.client);
    const [messageId] = await addMessages(conversationId, 1);
    const { events } = await test.client.run(operations.EventsDocument, { conversationId });
    const query = (id: string | undefined) => `{ node(id: "${id}") { __typename id } }`;
    for (const [id, type] of [
      [conversationId, 'Conversation'],
      [messageId, 'Message'],
      [events.nodes[0]?.id, 'Event'],
    ]) {
      expect((await test.client.send(query(id))).data).toEqual({ node: { __typename: type, id } });
    }
  });

  it('sends as many statements for many conversations, messages and feedback as for one', async () => {
    const topic = 'statements';
    const query = `query ($first: Int!) { conversations(topic: "${topic}", first: $first) { nodes { id model { id }
      messages(first: 3) { nodes { id content parent { id } siblings { id } feedback { rating } myFeedback { rating }
        ratingSummary { likes } conversation { id } } } } } }`;
    for (let index = 0; index < 6; index += 1) {
      const ids = await addMessages(await startConversation(test.client, { topic }), 6);
      const messageId = ids[1] ?? '';
      await test.client.run(operations.RateMessageDocument, { input: { messageId, rating: 'LIKE' } });
    }
    const run = (first: number) => async () => {
      const answer = await test.client.send(query, { first });
      expect(answer.errors).toEqual([]);
    };
    await run(1)();
    const one = await recordStatements(run(1));
    const six = await recordStatements(run(6));
    // The search for orphaned replies may run meanwhile; what an operation reads goes through Prisma.
    const reads = (texts: string[]) => texts.filter((text) => text.includes('"public"')).length;
    expect(reads(one)).toBeGreaterThan(0);
    expect(reads(six)).toBe(reads(one));
  });

  it('limits a page of messages in SQL, not in memory', async () => {
    const conversationId = await startConversation(test.client);
    await addMessages(conversationId, 10);
    const query = 'query ($id: ID!) { conversation(id: $id) { messages(first: 2) { nodes { id } } } }';
    const sql = (await recordStatements(() => test.client.send(query, { id: conversationId }))).join('\n');
    expect(sql).toMatch(/LIMIT/);
    expect(sql).toContain('"message"');
  });
});
