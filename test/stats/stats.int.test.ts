import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { GraphQLClient } from '../support/graphql-client.ts';
import { startConversation } from '../support/talk.ts';
import { secret, signWithSecret } from '../support/tokens.ts';

let test: TestApp;
let service: GraphQLClient;
const replies = new Map<string, string>();

/** Two replies to one prompt, by two models, made at that instant. */
async function ask(createdAt: string): Promise<void> {
  const conversationId = await startConversation(service, { topic: 'numbers' });
  const prompt = newId();
  const add = (id: string, role: operations.Role, fields: object = {}) =>
    service.run(operations.AddMessageDocument, {
      input: { conversationId, id, role, content: 'hello', createdAt, ...fields },
    });
  await add(prompt, 'USER');
  for (const model of ['model-a', 'model-b']) {
    const id = newId();
    await add(id, 'ASSISTANT', { model, parentId: prompt });
    replies.set(`${model} ${createdAt}`, id);
  }
}

const instants = ['2026-03-28T23:15:00Z', '2026-03-29T21:45:00Z', '2026-03-29T22:15:00Z'];
const idOf = (model: string, index: number) => replies.get(`${model} ${instants[index]}`) ?? '';

beforeAll(async () => {
  test = await startTestApp({ AUTH_JWT_SECRET: secret });
  service = test.as(await signWithSecret({ sub: 'app', roles: ['SERVICE'] }));
  for (const instant of instants) await ask(instant);
  for (const [index, username] of ['ada', 'bob', 'eve'].entries()) {
    const rate = (model: string, rating: operations.Rating) =>
      service.run(operations.RateMessageDocument, {
        input: { messageId: idOf(model, index), rating, username },
      });
    await rate('model-a', 'LIKE');
    await rate('model-b', index === 0 ? 'LIKE' : 'DISLIKE');
    await service.run(operations.PreferReplyDocument, {
      input: {
        chosenId: idOf(index === 0 ? 'model-b' : 'model-a', index),
        username,
        rejectedIds: [idOf(index === 0 ? 'model-a' : 'model-b', index)],
      },
    });
  }
});
afterAll(() => test.stop());

const stats = async (variables: Partial<operations.RatingStatsQueryVariables>, client = service) =>
  (await client.run(operations.RatingStatsDocument, { topic: 'numbers', ...variables })).ratingStats;

describe('ratingStats', () => {
  it('has a row per day of the time zone, also on the short day on which summer time begins', async () => {
    const { rows } = await stats({ by: ['DAY'], timeZone: 'Europe/Vienna' });
    expect(rows.map(({ bucket, replies: made }) => [bucket, made])).toEqual([
      ['2026-03-28T23:00:00.000Z', 4],
      ['2026-03-29T22:00:00.000Z', 2],
    ]);
    const inIndia = await stats({ by: ['DAY'], timeZone: 'Asia/Kolkata' });
    expect(inIndia.rows.map(({ bucket, replies: made }) => [bucket, made])).toEqual([
      ['2026-03-28T18:30:00.000Z', 2],
      ['2026-03-29T18:30:00.000Z', 4],
    ]);
  });

  it('fills days and hours without replies if asked to, for each model', async () => {
    const period = { from: '2026-03-28T00:00:00Z', to: '2026-03-31T00:00:00Z' };
    const { rows } = await stats({ by: ['MODEL', 'DAY'], zeroFill: true, ...period });
    expect(rows.map(({ model, bucket, likes }) => [model?.id, bucket?.slice(8, 10), likes])).toEqual([
      ['model-a', '28', 1],
      ['model-a', '29', 2],
      ['model-a', '30', 0],
      ['model-b', '28', 1],
      ['model-b', '29', 0],
      ['model-b', '30', 0],
    ]);
    const hours = await stats({ by: ['HOUR'], zeroFill: true, ...period });
    expect(hours.rows).toHaveLength(72);
    expect(hours.rows.filter(({ replies: made }) => made > 0)).toHaveLength(3);
  });

  it('widens the period to half hours, and returns the widened one', async () => {
    const found = await stats({ from: '2026-03-29T21:50:00Z', to: '2026-03-29T22:01:00Z' });
    expect(found).toMatchObject({ from: '2026-03-29T21:30:00.000Z', to: '2026-03-29T22:30:00.000Z' });
    expect(found.rows).toMatchObject([{ replies: 4 }]);
  });

  it('refuses more than 10,000 rows', async () => {
    const variables = {
      topic: 'numbers',
      by: ['HOUR' as const],
      zeroFill: true,
      from: '2020-01-01T00:00:00Z',
    };
    const { errors } = await service.ask(operations.RatingStatsDocument, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }]);
  });
});

describe('models', () => {
  it('are ranked by choices, and by ratings if asked to', async () => {
    const { modelRanking } = await service.run(operations.ModelRankingDocument, { topic: 'numbers' });
    expect(modelRanking.map(({ model, rank, wins, losses }) => [model.id, rank, wins, losses])).toEqual([
      ['model-a', 1, 2, 1],
      ['model-b', 2, 1, 2],
    ]);
    expect((modelRanking[0]?.strength ?? 0) * 2).toBeCloseTo(Math.log(2), 8);
    for (let index = 0; index < 3; index += 1) {
      for (const model of ['model-a', 'model-b']) {
        await service.run(operations.PreferReplyDocument, {
          input: {
            chosenId: idOf(model, index),
            rejectedIds: null,
            username: ['ada', 'bob', 'eve'][index] ?? '',
          },
        });
      }
    }
    const without = await service.run(operations.ModelRankingDocument, { topic: 'numbers' });
    expect(without.modelRanking).toEqual([]);
    const derived = await service.run(operations.ModelRankingDocument, {
      topic: 'numbers',
      fromRatings: true,
    });
    expect(derived.modelRanking.map(({ model, wins, isAdjusted }) => [model.id, wins, isAdjusted])).toEqual([
      ['model-a', 2, true],
      ['model-b', 0, true],
    ]);
  });

  it('are compared in numbers and in a sentence', async () => {
    const variables = { topic: 'numbers', a: { model: 'model-a' }, b: { model: 'model-b' } };
    const { compareModels } = await service.run(operations.CompareModelsDocument, variables);
    expect(compareModels).toMatchObject({
      a: { likes: 3, dislikes: 0 },
      b: { likes: 1, dislikes: 2 },
      excludesZero: false,
      summary: expect.stringContaining('more ratings would settle it'),
    });
    const periods = {
      topic: 'numbers',
      a: { to: '2026-03-29T00:00:00Z' },
      b: { from: '2026-03-29T00:00:00Z' },
    };
    const overTime = await service.run(operations.CompareModelsDocument, periods);
    expect(overTime.compareModels.summary).toContain(
      'Everything before 2026-03-29 00:00 is liked in 100.0 %',
    );
  });

  it('are not compared with themselves', async () => {
    const { errors } = await service.ask(operations.CompareModelsDocument, { a: {}, b: {} });
    expect(errors[0]?.message).toContain('a and b are the same');
  });
});

describe('statistics of a topic', () => {
  it.each(['RatingStats', 'ModelRanking', 'CompareModels', 'live'])(
    'are refused to a USER: %s',
    async (name) => {
      const ada = test.as(await signWithSecret({ sub: 'ada', roles: ['USER'] }));
      const analyst = test.as(await signWithSecret({ sub: 'ann', roles: ['ANALYST'] }));
      const asks: Record<string, (client: GraphQLClient) => Promise<unknown>> = {
        RatingStats: (client) => client.run(operations.RatingStatsDocument, {}),
        ModelRanking: (client) => client.run(operations.ModelRankingDocument, {}),
        CompareModels: (client) => client.run(operations.CompareModelsDocument, { a: { model: 'x' }, b: {} }),
        async live(client) {
          const follow = client.follow('websocket', operations.RatingStatsLiveDocument, {});
          try {
            await follow[Symbol.asyncIterator]().next();
          } finally {
            await follow.leave();
          }
        },
      };
      await expect(asks[name]?.(ada)).rejects.toThrow(
        'Only the roles ANALYST, SERVICE and ADMIN may read the statistics',
      );
      await asks[name]?.(analyst);
    },
  );
});
