import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestGenerations, type TestGenerations } from '../support/generations.ts';
import { delta, hang, head } from '../support/script.ts';

let test: TestGenerations;
beforeEach(async () => {
  test = await startTestGenerations();
  test.model.setDefault([head(200), delta('started'), hang]);
});
afterEach(() => test.stop());

const jobOf = (messageId: string) => ({ messageId, model: 'model-a', parameters: {} });

it('a reply that starts during a drain is ended before the drain is over', async () => {
  const { generations, statusOf, errors } = test;
  const [first, second] = [await test.addReply(), await test.addReply()];
  generations.start(jobOf(first));
  const drained = generations.drain(50);
  generations.start(jobOf(second));
  await drained;
  expect(generations.live(second)).toBeUndefined();
  expect([await statusOf(first), await statusOf(second)]).toEqual(['interrupted', 'interrupted']);
  expect(errors).toEqual([]);
});

it('a reply that starts after a drain is ended at once', async () => {
  const { generations, statusOf, model } = test;
  const id = await test.addReply();
  await generations.drain(0);
  generations.start(jobOf(id));
  await generations.stop(id);
  expect(await statusOf(id)).toBe('interrupted');
  expect(model.requests).toEqual([]);
});
