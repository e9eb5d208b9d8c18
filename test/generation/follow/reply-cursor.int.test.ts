import { afterEach, beforeEach, expect, it } from 'vitest';
import type { GenerationUpdate } from '../../../src/generation/follow/reply-cursor.ts';
import { startTestGenerations, type TestGenerations } from '../../support/generations.ts';
import { createGate, delta, done, finish, head, reply, wait } from '../../support/script.ts';
import { recordStatements } from '../../support/statements.ts';
import { lockTokenLog } from '../../support/two-nodes.ts';
import { waitUntil } from '../../support/wait.ts';

let test: TestGenerations;
beforeEach(async () => {
  test = await startTestGenerations();
});
afterEach(() => test.stop());

const jobOf = (messageId: string) => ({ messageId, model: 'model-a', parameters: {} });
const fromStart = { text: 0, reasoning: 0 };

/** Follows in the background. */
function follow(messageId: string) {
  const reader = { text: '', isOver: false };
  const take = (update: GenerationUpdate) => {
    if (update.kind === 'delta') reader.text += update.text;
  };
  const reading = (async () => {
    for await (const update of test.follower.follow(messageId, fromStart)) take(update);
    reader.isOver = true;
  })();
  return { reader, reading };
}

it('a reader that follows a reply before it starts on this node gets its text live, too', async () => {
  const gate = createGate();
  test.model.enqueue([head(200), delta('one, '), wait(gate.opened), delta('two'), finish(), done]);
  const id = await test.addReply();
  const { reader, reading } = follow(id);
  const statements = () => recordStatements(() => new Promise((resolve) => setTimeout(resolve, 20)));
  await waitUntil('it looks for the reply elsewhere', async () =>
    (await statements()).some((text) => text.includes('token_log')),
  );
  test.generations.start(jobOf(id));
  await waitUntil('the first piece has come, by way of the token log', () => reader.text === 'one, ');
  const unlock = await lockTokenLog(test);
  gate.open();
  await waitUntil('the second has come', () => reader.text === 'one, two').finally(unlock);
  await reading;
  expect(test.errors).toEqual([]);
});

it('a long reply that has ended is read from the log once, for any number of readers and pieces', async () => {
  const text = 'word '.repeat(100_000);
  test.model.enqueue(reply(text));
  const id = await test.addReply();
  test.generations.start(jobOf(id));
  await waitUntil('it is complete', async () => (await test.statusOf(id)) === 'complete');
  await waitUntil('nobody produces it', () => test.generations.live(id) === undefined);
  const readers = Array.from({ length: 20 }, () => follow(id));
  const statements = await recordStatements(() => Promise.all(readers.map(({ reading }) => reading)));
  for (const { reader } of readers) expect(reader.text).toBe(text);
  expect(statements.filter((statement) => statement.includes('FROM message'))).toHaveLength(1);
});
