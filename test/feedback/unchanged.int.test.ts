// Repeating feedback that is already recorded appends nothing, also in a race: it is decided under the lock.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rateConversation, rateMessage, submitFeedback } from '../../src/feedback/commands.ts';
import { localViewer } from '../../src/identity/viewer.ts';
import type { FeedbackFields } from '../../src/log/feedback-fields.ts';
import { createLogWriter, type LogWriter } from '../../src/log/writer.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { append, impress, rowsOf, startWithReply, update } from '../support/log.ts';

let database: TestDatabase;
let pools: pg.Pool[];
let writers: LogWriter[];
beforeAll(async () => {
  database = await createTestDatabase();
  // Two nodes.
  pools = [1, 2].map(() => new pg.Pool({ connectionString: database.url, max: 1 }));
  writers = pools.map((pool) => createLogWriter({ pool, timeoutMs: 10_000, onCommitted: () => {} }));
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.close();
});

async function countEvents(): Promise<number> {
  return (await rowsOf(database.client, 'event')).length;
}

const servicesOf = (node: number) => {
  const writer = writers[node];
  if (writer === undefined) throw new Error(`There is no node ${node}.`);
  return { writer, maxMessageBytes: 1_000 };
};

it('equal clicks at the same time, on one node or on two, append one event', async () => {
  const { answer } = await startWithReply(database.client);
  const before = await countEvents();
  const click = (node: number) =>
    rateMessage(servicesOf(node), localViewer, { messageId: answer, rating: 'like' });
  await Promise.all([0, 1, 0, 1, 0, 1].map(click));
  await Promise.all([0, 0, 0].map(click));
  expect(await countEvents()).toBe(before + 1);
});

it('different clicks at the same time append one event for each change', async () => {
  const { answer } = await startWithReply(database.client);
  const before = await countEvents();
  const ratings = ['like', 'dislike', 'dislike', 'like'] as const;
  await Promise.all(
    ratings.map((rating) => rateMessage(servicesOf(0), localViewer, { messageId: answer, rating })),
  );
  expect(await countEvents()).toBe(before + 3);
});

it('repeated feedback on a conversation appends no event', async () => {
  const { conversation } = await startWithReply(database.client);
  const before = await countEvents();
  const rate = (rating: 'like' | null) =>
    rateConversation(servicesOf(0), localViewer, { id: conversation, rating, tags: ['short'] });
  await rate('like');
  await rate('like');
  await rate(null);
  await rate(null);
  expect(await countEvents()).toBe(before + 2);
});

it('withdrawing feedback that was never given appends no event', async () => {
  const { answer } = await startWithReply(database.client);
  const before = await countEvents();
  const nothing = { messageId: answer, comment: null, tags: null, correction: null };
  await submitFeedback(servicesOf(0), localViewer, nothing);
  expect(await countEvents()).toBe(before);
});

describe('for each field, an unchanged value appends no event, and a changed one does', () => {
  const examples: Required<{ [Name in keyof FeedbackFields]: [FeedbackFields[Name], FeedbackFields[Name]] }> =
    {
      rating: ['like', 'dislike'],
      score: [0.5, 0.25],
      feedback: ['good', 'better'],
      tags: [['a', 'b'], ['b']],
      correction: ['yes', 'no'],
      preferred_over: [[], null],
      tied_with: [[], null],
    };
  it.each(Object.entries(examples))('%s', async (name, [first, second]) => {
    const { answer, conversation } = await startWithReply(database.client);
    const targets = [
      (value: unknown) => update(answer, { [name]: value }, { skipsUnchanged: true }),
      (value: unknown) => impress(conversation, { [name]: value }, { skipsUnchanged: true }),
    ];
    const isOfConversations = ['rating', 'score', 'feedback', 'tags'].includes(name);
    for (const give of isOfConversations ? targets : targets.slice(0, 1)) {
      const outcomes = [];
      for (const value of [first, first, second, null, null]) {
        const [result] = await append(database.client, give(value));
        outcomes.push(result?.refusal ?? 'APPENDED');
      }
      // An empty list equals an absent one.
      const isEmptyList = Array.isArray(first) && first.length === 0;
      expect(outcomes).toEqual(
        isEmptyList
          ? ['UNCHANGED', 'UNCHANGED', 'UNCHANGED', 'UNCHANGED', 'UNCHANGED']
          : ['APPENDED', 'UNCHANGED', 'APPENDED', 'APPENDED', 'UNCHANGED'],
      );
    }
  });
});
