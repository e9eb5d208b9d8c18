// The query `events`: pages are complete and in order, from any offset, with every filter.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { add, append, end, start } from '../support/log.ts';

const topic = 'paged';
/** How often seven messages of one conversation are followed by three of another. */
const lots = 210;
const count = 10 * lots + 4;
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const [conversation, other] = [newId(), newId()];

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
  const { client } = test.database;
  const messagesIn = (id: string, number: number) => range(0, number).map(() => add(id, newId()));
  await append(client, start(conversation, { topic }), start(other, { topic }));
  for (const _ of range(0, lots)) await append(client, messagesIn(conversation, 7), messagesIn(other, 3));
  await append(client, end(conversation), end(other));
});
afterAll(() => test.stop());

const query = `query ($offset: Offset, $after: String, $first: Int!, $types: [EventType!], $conversationId: ID) {
  events(topic: "${topic}", offset: $offset, after: $after, first: $first, types: $types, conversationId: $conversationId) {
    nodes { id topic offset cursor type conversationId version actor recordedAt payload }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

const pageSchema = z.object({
  events: z.object({
    nodes: z.array(z.object({ offset: z.int(), version: z.int(), type: z.string(), cursor: z.string() })),
    pageInfo: z.object({
      hasNextPage: z.boolean(),
      hasPreviousPage: z.boolean(),
      startCursor: z.string().nullable(),
      endCursor: z.string().nullable(),
    }),
  }),
});

type Variables = { offset?: number; first: number; types?: string[]; conversationId?: string };

async function readPage(variables: Variables & { after?: string }) {
  const { data, errors } = await test.client.send(query, variables);
  expect(errors).toEqual([]);
  return pageSchema.parse(data).events;
}

/** All pages from the position. */
async function readAll({ offset, ...variables }: Variables) {
  const pages = [await readPage(offset === undefined ? variables : { ...variables, offset })];
  for (let last = pages.at(-1); last?.pageInfo.hasNextPage === true; last = pages.at(-1)) {
    pages.push(await readPage({ ...variables, after: last.pageInfo.endCursor ?? '' }));
  }
  for (const { nodes, pageInfo } of pages) {
    expect(pageInfo).toMatchObject({
      startCursor: nodes[0]?.cursor ?? null,
      endCursor: nodes.at(-1)?.cursor ?? null,
    });
  }
  return { sizes: pages.map(({ nodes }) => nodes.length), nodes: pages.flatMap(({ nodes }) => nodes) };
}

it('pages of a thousand with all fields return the whole topic once and in order', async () => {
  const { sizes, nodes } = await readAll({ first: 1_000 });
  expect(sizes).toEqual([1_000, 1_000, 104]);
  expect(nodes.map(({ offset }) => offset)).toEqual(range(0, count));
});

it('pages start at any offset, and are empty at and beyond the end', async () => {
  for (const offset of [0, 1, 1_999, count - 1]) {
    const { nodes } = await readAll({ offset, first: 700 });
    expect(nodes.map((event) => event.offset)).toEqual(range(offset, count));
  }
  for (const offset of [count, count + 1, Number.MAX_SAFE_INTEGER]) {
    expect(await readPage({ offset, first: 10 })).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  }
});

it('a page that ends at the end of the log has no next page', async () => {
  const { sizes } = await readAll({ offset: count - 200, first: 100 });
  expect(sizes).toEqual([100, 100]);
});

it('pages of a conversation have contiguous versions, from any offset of its topic', async () => {
  for (const offset of [0, 1, 300, 301, 308, 309, count - 2]) {
    const { nodes } = await readAll({ offset, first: 100, conversationId: conversation });
    const [first] = nodes;
    expect(nodes.map(({ version }) => version)).toEqual(
      range(first?.version ?? 0, (first?.version ?? 0) + nodes.length),
    );
    expect(first?.offset).toBeGreaterThanOrEqual(offset);
    expect(first?.offset).toBeLessThanOrEqual(offset + 3);
    expect(nodes.at(-1)?.type).toBe('END_CONVERSATION');
  }
});

it('pages of some types skip the others and continue after their last event', async () => {
  const types = ['START_CONVERSATION', 'END_CONVERSATION', 'END_CONVERSATION'];
  const { sizes, nodes } = await readAll({ first: 3, types });
  expect(sizes).toEqual([3, 1]);
  expect(nodes.map(({ offset }) => offset)).toEqual([0, 1, count - 2, count - 1]);
  const own = await readAll({ first: 10, types, conversationId: conversation });
  expect(own.nodes.map(({ offset }) => offset)).toEqual([0, count - 2]);
});

it('a page of very large events is shorter than requested and has a next page', async () => {
  const large = newId();
  await append(test.database.client, start(large, { topic: 'large' }));
  for (const _ of range(0, 10)) {
    await append(test.database.client, add(large, newId(), { content: 'x'.repeat(1_000_000) }));
  }
  const { data } = await test.client.send(
    '{ events(topic: "large", first: 1000) { nodes { offset } pageInfo { hasNextPage endCursor } } }',
  );
  const sizeSchema = z.object({
    events: z.object({ nodes: z.array(z.unknown()), pageInfo: z.object({ hasNextPage: z.boolean() }) }),
  });
  const { events } = sizeSchema.parse(data);
  expect(events.pageInfo.hasNextPage).toBe(true);
  expect(events.nodes.length).toBeGreaterThan(5);
  expect(events.nodes.length).toBeLessThan(11);
});
