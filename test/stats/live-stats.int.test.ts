import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import type { Carrier } from '../support/graphql-client.ts';
import { createQueue, type Queue } from '../support/queue.ts';
import { recordStatements } from '../support/statements.ts';
import { startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

type Update = operations.RatingStatsLiveSubscription['ratingStats'];
type Dashboard = { updates: Queue<Update>; all: Update[]; leave(): Promise<void> };

function open(
  variables: operations.RatingStatsLiveSubscriptionVariables,
  carrier: Carrier = 'websocket',
): Dashboard {
  const follow = test.client.follow(carrier, operations.RatingStatsLiveDocument, variables);
  const updates = createQueue<Update>();
  const all: Update[] = [];
  const reading = (async () => {
    for await (const { ratingStats } of follow) {
      all.push(ratingStats);
      updates.push(ratingStats);
    }
    updates.end();
  })();
  return {
    updates,
    all,
    async leave() {
      await follow.leave();
      await reading;
    },
  };
}

async function addReplies(topic: string, count: number): Promise<string[]> {
  const conversationId = await startConversation(test.client, { topic });
  const ids = Array.from({ length: count }, () => newId());
  for (const id of ids) {
    await test.client.run(operations.AddMessageDocument, {
      input: { conversationId, id, role: 'ASSISTANT', content: 'hello' },
    });
  }
  return ids;
}

const rate = (messageId = '', rating: operations.Rating | null = 'LIKE', username = 'ada') =>
  test.client.run(operations.RateMessageDocument, { input: { messageId, rating, username } });

describe('the subscription ratingStats', () => {
  it.each(['websocket', 'sse'] as const)(
    'sends the current result first and then each change, over %s',
    async (carrier) => {
      const topic = `live-${carrier}`;
      const [reply] = await addReplies(topic, 2);
      await rate(reply);
      const dashboard = open({ topic, minIntervalMs: 50 }, carrier);
      const first = await dashboard.updates.take('a snapshot');
      expect(first?.rows).toMatchObject([
        { replies: 2, rated: 1, responseRate: 0.5, likes: 1, dislikes: 0, likeRate: 1 },
      ]);
      await rate(reply, 'DISLIKE');
      const second = await dashboard.updates.take('the change');
      expect(second?.rows).toMatchObject([{ likes: 0, dislikes: 1, likeRate: 0 }]);
      await rate(reply, null);
      const third = await dashboard.updates.take('the withdrawal');
      expect(third?.rows).toMatchObject([
        { replies: 2, rated: 0, likes: 0, dislikes: 0, likeRate: null, feedback: 0 },
      ]);
      const offsets = [first, second, third].map((update) => update?.offset);
      expect(offsets).toEqual([3, 4, 5]);
      await dashboard.leave();
      await waitUntil('its cursor is closed', () => test.app.openCursors() === 0);
    },
  );

  it('waits for the first event of a topic without events', async () => {
    const topic = 'live-empty';
    const dashboard = open({ topic, minIntervalMs: 50 });
    expect(await dashboard.updates.take('a snapshot')).toMatchObject({
      offset: null,
      rows: [{ replies: 0 }],
    });
    await addReplies(topic, 1);
    let replies = 0;
    while (replies === 0) replies = (await dashboard.updates.take('a reply'))?.rows[0]?.replies ?? 0;
    await dashboard.leave();
  });

  it('sends at most one result per interval, at rising offsets, the last of which counts everything', async () => {
    const topic = 'live-burst';
    const replies = await addReplies(topic, 40);
    const dashboard = open({ topic, minIntervalMs: 100 });
    await dashboard.updates.take('a snapshot');
    const startedAt = performance.now();
    for (const reply of replies) await rate(reply);
    await waitUntil('all are counted', () => dashboard.all.at(-1)?.rows[0]?.likes === replies.length);
    const elapsedMs = performance.now() - startedAt;
    expect(dashboard.all.length).toBeLessThanOrEqual(elapsedMs / 100 + 2);
    const offsets = dashboard.all.map(({ offset }) => offset ?? -1);
    expect(offsets).toEqual([...new Set(offsets)].sort((one, other) => one - other));
    await dashboard.leave();
  });

  it('runs one statement per interval for all followers of the same query, and one more for another', async () => {
    const topic = 'live-many';
    const [reply] = await addReplies(topic, 1);
    const same = Array.from({ length: 20 }, () => open({ topic, by: ['MODEL'], minIntervalMs: 50 }));
    const other = open({ topic, by: ['DAY'], minIntervalMs: 50 });
    for (const dashboard of [...same, other]) await dashboard.updates.take('a snapshot');
    const statements = await recordStatements(async () => {
      await rate(reply);
      for (const dashboard of [...same, other]) await dashboard.updates.take('the rating');
    });
    expect(statements.filter((text) => text.includes('rating_rollup'))).toHaveLength(2);
    for (const dashboard of [...same, other]) await dashboard.leave();
  });

  it('sends nothing while its rows stay the same, whatever else is appended', async () => {
    const topic = 'live-quiet';
    const [reply] = await addReplies(topic, 1);
    const [dashboard, control] = [
      open({ topic, source: 'JUDGE', minIntervalMs: 50 }),
      open({ topic, minIntervalMs: 50 }),
    ];
    await dashboard.updates.take('a snapshot');
    await control.updates.take('a snapshot');
    await rate(reply, 'LIKE');
    await control.updates.take('the rating');
    await rate(reply, 'DISLIKE');
    await control.updates.take('the other rating');
    const judged = { messageId: reply ?? '', score: 0.5, username: 'judge', source: 'JUDGE' as const };
    await test.client.run(operations.RateMessageDocument, { input: judged });
    expect(await dashboard.updates.take('the score')).toMatchObject({ offset: 4, rows: [{ scores: 1 }] });
    expect(dashboard.all).toHaveLength(2);
    expect(control.all).toHaveLength(3);
    await dashboard.leave();
    await control.leave();
  });

  it('reads nothing from Postgres but the end of the topic while nothing is appended', async () => {
    const dashboard = open({ topic: 'live-idle', minIntervalMs: 50 });
    await dashboard.updates.take('a snapshot');
    const statements = await recordStatements((texts) =>
      waitUntil(
        'the end of the topic was read twice',
        () => texts.filter((text) => text.includes('next_offset')).length >= 2,
      ),
    );
    expect(statements.filter((text) => text.includes('rating_rollup'))).toEqual([]);
    await dashboard.leave();
  });

  it.each([
    [{ minIntervalMs: 1 }, 'minIntervalMs 1 is out of range'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone "Mars/Olympus" is unknown'],
    [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'is not before to'],
    [{ topic: '' }, `topic "" is not a valid name`],
    [{ models: [] }, 'models is empty'],
    [{ by: ['DAY' as const], zeroFill: true }, 'zeroFill needs from'],
  ])('refuses %j', async (variables, message) => {
    const follow = test.client.follow('websocket', operations.RatingStatsLiveDocument, variables);
    await expect(follow[Symbol.asyncIterator]().next()).rejects.toThrow(message);
    await follow.leave();
  });
});
