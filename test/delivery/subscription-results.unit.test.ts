// The results of a subscription: a failure is the last of them, and however they end, the source is returned.
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Respond } from '../../src/delivery/shared-responses.ts';
import { createResults } from '../../src/delivery/subscription-results.ts';

const masked = new GraphQLError('masked');
const respondWithValue: Respond = (value) => ({ data: { value } });
const end = { value: undefined, done: true };

/** A source of one value and then of what `then` returns, which counts how often it was returned and has ended. */
function start(respond: Respond, then: () => Promise<IteratorResult<unknown>>) {
  const counts = { returned: 0, ended: 0 };
  let isFirst = true;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next() {
        if (!isFirst) return then();
        isFirst = false;
        return Promise.resolve({ value: 1, done: false });
      },
      return() {
        counts.returned += 1;
        return Promise.resolve(end);
      },
    }),
  };
  const onEnd = () => {
    counts.ended += 1;
  };
  return { counts, results: createResults({ source, respond }, () => masked, onEnd) };
}

const ends = () => Promise.resolve(end);
const fails = () => Promise.reject(new Error('unavailable'));

describe('the results of a subscription', () => {
  it('are those of its values, then the end', async () => {
    const { results, counts } = start(respondWithValue, ends);
    expect(await results.next()).toEqual({ value: { data: { value: 1 } }, done: false });
    expect(counts.ended).toBe(0);
    expect([await results.next(), await results.next()]).toEqual([end, end]);
    expect(counts.ended).toBeGreaterThan(0);
  });

  it('end with a failure of the source as a result, and the source is returned', async () => {
    const { results, counts } = start(respondWithValue, fails);
    await results.next();
    expect(await results.next()).toEqual({ value: { errors: [masked] }, done: false });
    expect(await results.next()).toEqual(end);
    expect(counts.returned).toBe(1);
    expect(counts.ended).toBeGreaterThan(0);
  });

  it.each<[string, Respond]>([
    [
      'thrown',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejected', () => Promise.reject(new Error('broken'))],
  ])('end with an error that `respond` has %s, and the source is returned', async (_name, respond) => {
    const { results, counts } = start(respond, ends);
    expect(await results.next()).toEqual({ value: { errors: [masked] }, done: false });
    expect(await results.next()).toEqual(end);
    expect(counts.returned).toBe(1);
  });

  it('have masked errors, and continue after them', async () => {
    const { results } = start(() => ({ data: null, errors: [new GraphQLError('secret')] }), ends);
    expect(await results.next()).toEqual({ value: { data: null, errors: [masked] }, done: false });
    expect(await results.next()).toEqual(end);
  });

  it('are not given to a reader that leaves while one is made', async () => {
    const response = Promise.withResolvers<{ data: null }>();
    const { results, counts } = start(() => response.promise, ends);
    const next = results.next();
    await results.return();
    response.resolve({ data: null });
    expect(await next).toEqual(end);
    expect(counts.returned).toBe(1);
  });
});
