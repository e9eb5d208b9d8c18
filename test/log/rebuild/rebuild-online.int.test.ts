// A rebuild beside a running server: nothing fails and nothing is lost.
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as operations from '../../../src/client/operations.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../../support/app.ts';
import { type Bench, createBench, differing } from '../../support/rebuild.ts';
import { createRecordedLog } from '../../support/recorded-log.ts';
import { createGate, delta, done, finish, head, wait } from '../../support/script.ts';
import { followReply, sendMessage, startConversation } from '../../support/talk.ts';
import { waitUntil } from '../../support/wait.ts';

const recorded = createRecordedLog();
let test: TestApp;
let bench: Bench;
beforeAll(async () => {
  test = await startTestApp({}, recorded.log);
  bench = createBench(test.database.url);
});
afterAll(async () => {
  await bench.close();
  await test.stop();
});

/** Repeats an action until it is stopped, and counts the runs. */
function repeat(work: () => Promise<unknown>): { count(): number; stop(): Promise<void> } {
  let isStopped = false;
  let count = 0;
  const run = async () => {
    for (; !isStopped; count += 1) await work();
  };
  const running = run();
  running.catch(() => {});
  return {
    count: () => count,
    stop() {
      isStopped = true;
      return running;
    },
  };
}

it('queries, messages, ratings and running replies continue during and after rebuilds', async () => {
  const gate = createGate();
  test.model.enqueue([head(200), delta('before '), wait(gate.opened), delta('after'), finish(), done]);
  const conversationId = await startConversation(test.client);
  const longReply = await sendMessage(test.client, { conversationId, content: 'a long one' });
  const follow = followReply(test.client, 'websocket', { messageId: longReply });
  const rated = await sendMessage(test.client, { conversationId, content: 'rate me' });
  await followReply(test.client, 'sse', { messageId: rated });

  const acknowledged: string[] = [];
  const loops = [
    repeat(async () => {
      const username = newId();
      const input = { messageId: rated, rating: 'LIKE' as const, username };
      const { rateMessage } = await test.client.run(operations.RateMessageDocument, { input });
      if (rateMessage.feedback?.rating !== 'LIKE') throw new Error('A rating was lost.');
      acknowledged.push(username);
    }),
    repeat(() => test.client.run(operations.ConversationDocument, { id: conversationId })),
    repeat(() => test.client.run(operations.ConversationsDocument, { first: 10 })),
    repeat(() => test.client.run(operations.MessageDocument, { id: rated })),
    repeat(async () => {
      const own = await startConversation(test.client);
      const messageId = await sendMessage(test.client, { conversationId: own, content: 'hello' });
      await followReply(test.client, 'websocket', { messageId });
      await test.client.run(operations.EndConversationDocument, { input: { id: own } });
    }),
  ];
  const haveRun = (rounds: number) => {
    const before = loops.map((loop) => loop.count());
    return waitUntil('each loop has run on', () =>
      loops.every((loop, index) => loop.count() >= (before[index] ?? 0) + rounds),
    );
  };
  // Statements are prepared, and plans kept, before the tables change under them.
  await haveRun(10);
  for (let round = 0; round < 3; round += 1) {
    await bench.rebuild();
    await haveRun(3);
  }
  gate.open();
  expect(await follow).toMatchObject({
    text: 'before after',
    end: { status: 'COMPLETE', content: 'before after' },
  });
  await haveRun(3);
  for (const loop of loops) await loop.stop();

  const { rows } = await test.database.client.query<{ username: string }>(
    `SELECT username FROM feedback WHERE message_id = $1 AND rating = 'like' ORDER BY username`,
    [rated],
  );
  expect(rows.map(({ username }) => username)).toEqual(acknowledged.toSorted());
  expect(differing(await bench.verify())).toEqual({});
  expect(recorded.failures).toEqual([]);
});
