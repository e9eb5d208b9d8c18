import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { recordStatements } from '../support/statements.ts';
import { startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

let test: TestApp;
let analyst: GraphQLClient;
let service: GraphQLClient;
let replies: string[];

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  analyst = test.as(await signWithSecret({ sub: 'ann', roles: ['ANALYST'] }));
  service = test.as(await signWithSecret({ sub: 'app', roles: ['SERVICE'] }));
  replies = await fillTopic('list');
});
afterAll(() => test.stop());

/** Adds six rated replies to a topic. @returns their ids */
async function fillTopic(topic: string): Promise<string[]> {
  const ids: string[] = [];
  const conversationId = await startConversation(service, { topic, username: 'ada' });
  for (let index = 0; index < 6; index += 1) {
    const id = newId();
    ids.push(id);
    const createdAt = `2026-11-0${index + 1}T12:00:00Z`;
    const model = index < 3 ? 'model-a' : 'model-b';
    await service.run(operations.AddMessageDocument, {
      input: { conversationId, id, role: 'ASSISTANT', content: `answer ${index}`, createdAt, model },
    });
    const rating = index % 2 === 0 ? 'DISLIKE' : 'LIKE';
    await service.run(operations.RateMessageDocument, { input: { messageId: id, rating, username: 'ada' } });
  }
  for (const [index, comment] of ['100% wrong', 'too long'].entries()) {
    const input = { messageId: ids[index * 2] ?? '', comment, tags: ['bad'], username: 'ada' };
    await service.run(operations.SubmitFeedbackDocument, { input });
  }
  const judged = { messageId: ids[0] ?? '', score: 0.5, source: 'JUDGE' as const, username: 'judge' };
  await service.run(operations.RateMessageDocument, { input: judged });
  return ids;
}

async function list(
  variables: Partial<operations.FeedbackQueryVariables>,
  { client = analyst, ids = replies } = {},
) {
  const { feedback } = await client.run(operations.FeedbackDocument, { topic: 'list', ...variables });
  const indexes = feedback.nodes.map(({ message }) => ids.indexOf(message.id));
  return { ...feedback, indexes };
}

describe('the list of feedback', () => {
  it.each([
    [{}, [0, 5, 4, 3, 2, 1, 0]],
    [{ rating: 'DISLIKE' }, [4, 2, 0]],
    [{ rating: 'DISLIKE', hasComment: true }, [2, 0]],
    [{ hasComment: false, source: 'END_USER' }, [5, 4, 3, 1]],
    [{ tag: 'bad' }, [2, 0]],
    [{ model: 'model-b' }, [5, 4, 3]],
    [{ source: 'JUDGE' }, [0]],
    [{ from: '2026-11-03T00:00:00Z', to: '2026-11-05T00:00:00Z' }, [3, 2]],
    [{ search: '100%' }, [0]],
    [{ search: 'ANSWER 4' }, [4]],
    [{ topic: 'other' }, []],
  ] as const)('with %j has the matching records, the newest first', async (filter, expected) => {
    expect((await list(filter)).indexes).toEqual(expected);
  });

  it('lists each entry once over several pages, whatever changes meanwhile', async () => {
    const topic = 'changing';
    const ids = await fillTopic(topic);
    const first = await list({ topic, first: 3 }, { ids });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const withdrawn = { messageId: ids[4] ?? '', rating: null, username: 'ada' };
    await service.run(operations.RateMessageDocument, { input: withdrawn });
    const changed = { messageId: ids[2] ?? '', rating: 'LIKE' as const, username: 'ada' };
    await service.run(operations.RateMessageDocument, { input: changed });
    const second = await list({ topic, first: 10, after: first.pageInfo.endCursor }, { ids });
    expect([...first.indexes, ...second.indexes]).toEqual([0, 5, 4, 3, 2, 1, 0]);
    expect(second.pageInfo.hasNextPage).toBe(false);
  });

  it('needs no more statements for more entries', async () => {
    // Only those of Prisma: background work sends statements at any time.
    const countStatements = async (first: number) => {
      const statements = await recordStatements(() => list({ first }));
      return statements.filter((text) => text.includes('"public".')).length;
    };
    const count = await countStatements(1);
    expect(count).toBeGreaterThan(0);
    expect(await countStatements(7)).toBe(count);
  });

  it('shows a user only their own feedback', async () => {
    const ada = test.as(await signWithSecret({ sub: 'ada', roles: ['USER'] }));
    const bob = test.as(await signWithSecret({ sub: 'bob', roles: ['USER'] }));
    expect((await list({}, { client: ada })).indexes).toHaveLength(6);
    expect((await list({}, { client: bob })).indexes).toEqual([]);
  });

  it.each([
    [{ first: 101 }, 'LIMIT_EXCEEDED', 'first 101'],
    [{ after: 'nonsense' }, 'INVALID_INPUT', 'is not a cursor of this list'],
    [{ from: '2026-12-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'INVALID_INPUT', 'is not before to'],
    [{ topic: '' }, 'INVALID_INPUT', `topic "" is not a valid name`],
  ])('refuses %j', async (variables, code, message) => {
    const { errors } = await analyst.ask(operations.FeedbackDocument, variables);
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code } }]);
  });
});
