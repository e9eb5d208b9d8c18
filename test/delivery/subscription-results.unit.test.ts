// The results of a subscription: whatever fails is the last of them, and however they end the source is left.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Respond } from '../../src/delivery/shared-responses.ts';
import { createResults } from '../../src/delivery/subscription-results.ts';

const masked = new GraphQLError('masked');
const answer: Respond = (value) => ({ data: { value } });
const over = { value: undefined, done: true };

/** A source of one value, then of what `then` gives, and how often it was left and ended. */
function start(respond: Respond, then: () => Promise<IteratorResult<unknown>>) {
  const seen = { left: 0, ended: 0 };
  let isFirst = true;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (!isFirst) return then();
        isFirst = false;
        return Promise.resolve({ value: 1, done: false });
      },
      return() {
        seen.left += 1;
        return Promise.resolve(over);
      },
    }),
  };
  const onEnd = () => {
    seen.ended += 1;
  };
  return { seen, results: createResults({ source, respond }, () => masked, onEnd) };
}

const ends = () => Promise.resolve(over);
const fails = () => Promise.reject(new Error('away'));

describe('the results of a subscription', () => {
  it('are the answers to its values, then the end', async () => {
    const { results, seen } = start(answer, ends);
    expect(await results.next()).toEqual({ value: { data: { value: 1 } }, done: false });
    expect(seen.ended).toBe(0);
    expect([await results.next(), await results.next()]).toEqual([over, over]);
    expect(seen.ended).toBeGreaterThan(0);
  });

  it('end with a failure of the source as a result, and the source is left', async () => {
    const { results, seen } = start(answer, fails);
    await results.next();
    expect(await results.next()).toEqual({ value: { errors: [masked] }, done: false });
    expect(await results.next()).toEqual(over);
    expect(seen.left).toBe(1);
    expect(seen.ended).toBeGreaterThan(0);
  });

  it.each<[string, Respond]>([
    [
      'thrown',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejected', () => Promise.reject(new Error('broken'))],
  ])('end with an answer that is %s, and the source is left', async (_name, respond) => {
    const { results, seen } = start(respond, ends);
    expect(await results.next()).toEqual({ value: { errors: [masked] }, done: false });
    expect(await results.next()).toEqual(over);
    expect(seen.left).toBe(1);
  });

  it('have their errors masked, and go on after them', async () => {
    const { results } = start(() => ({ data: null, errors: [new GraphQLError('secret')] }), ends);
    expect(await results.next()).toEqual({ value: { data: null, errors: [masked] }, done: false });
    expect(await results.next()).toEqual(over);
  });

  it('are not given to who has left while one was made', async () => {
    const made = Promise.withResolvers<{ data: null }>();
    const { results, seen } = start(() => made.promise, ends);
    const next = results.next();
    await results.return();
    made.resolve({ data: null });
    expect(await next).toEqual(over);
    expect(seen.left).toBe(1);
  });
});
