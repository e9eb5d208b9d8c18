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
const replies: string[] = [];

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  analyst = test.as(await signWithSecret({ sub: 'ann', roles: ['ANALYST'] }));
  service = test.as(await signWithSecret({ sub: 'app', roles: ['SERVICE'] }));
  const conversationId = await startConversation(service, { topic: 'list', username: 'ada' });
  for (let index = 0; index < 6; index += 1) {
    const id = newId();
    replies.push(id);
    const createdAt = `2026-11-0${index + 1}T12:00:00Z`;
    const model = index < 3 ? 'model-a' : 'model-b';
    await service.run(operations.AddMessageDocument, {
      input: { conversationId, id, role: 'ASSISTANT', content: `answer ${index}`, createdAt, model },
    });
    const rating = index % 2 === 0 ? 'DISLIKE' : 'LIKE';
    await service.run(operations.RateMessageDocument, { input: { messageId: id, rating, username: 'ada' } });
  }
  for (const [index, comment] of ['100% wrong', 'too long'].entries()) {
    const input = { messageId: replies[index * 2] ?? '', comment, tags: ['bad'], username: 'ada' };
    await service.run(operations.SubmitFeedbackDocument, { input });
  }
  const judged = { messageId: replies[0] ?? '', score: 0.5, source: 'JUDGE' as const, username: 'judge' };
  await service.run(operations.RateMessageDocument, { input: judged });
});
afterAll(() => test.stop());

async function list(variables: Partial<operations.FeedbackQueryVariables>, client = analyst) {
  const { feedback } = await client.run(operations.FeedbackDocument, { topic: 'list', ...variables });
  const indexes = feedback.nodes.map(({ message }) => replies.indexOf(message.id));
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
  ] as const)('with %j holds what matches, the newest first', async (filter, expected) => {
    expect((await list(filter)).indexes).toEqual(expected);
  });

  it('comes page by page, and each entry once, whatever changes meanwhile', async () => {
    const first = await list({ first: 3 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const withdrawn = { messageId: replies[4] ?? '', rating: null, username: 'ada' };
    await service.run(operations.RateMessageDocument, { input: withdrawn });
    const changed = { messageId: replies[2] ?? '', rating: 'LIKE' as const, username: 'ada' };
    await service.run(operations.RateMessageDocument, { input: changed });
    const second = await list({ first: 10, after: first.pageInfo.endCursor });
    expect([...first.indexes, ...second.indexes]).toEqual([0, 5, 4, 3, 2, 1, 0]);
    expect(second.pageInfo.hasNextPage).toBe(false);
    await service.run(operations.RateMessageDocument, { input: { ...withdrawn, rating: 'DISLIKE' } });
    await service.run(operations.RateMessageDocument, { input: { ...changed, rating: 'DISLIKE' } });
  });

  it('has its messages and conversations from as many statements, however many entries', async () => {
    const one = await recordStatements(() => list({ first: 1 }));
    const many = await recordStatements(() => list({ first: 7 }));
    expect(many.length).toBe(one.length);
  });

  it('shows a user what they gave themselves', async () => {
    const ada = test.as(await signWithSecret({ sub: 'ada', roles: ['USER'] }));
    const bob = test.as(await signWithSecret({ sub: 'bob', roles: ['USER'] }));
    expect((await list({}, ada)).indexes).toHaveLength(6);
    expect((await list({}, bob)).indexes).toEqual([]);
  });

  it.each([
    [{ first: 101 }, 'LIMIT_EXCEEDED', 'first 101'],
    [{ after: 'nonsense' }, 'INVALID_INPUT', 'is no cursor of this list'],
    [{ from: '2026-12-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }, 'INVALID_INPUT', 'is not before to'],
    [{ topic: '' }, 'INVALID_INPUT', `topic "" is not a valid name`],
  ])('refuses %j', async (variables, code, message) => {
    const { errors } = await analyst.ask(operations.FeedbackDocument, variables);
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), extensions: { code } }]);
  });
});
