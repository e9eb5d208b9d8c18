// Ends a subscription when the token of who follows it ends, on every carrier: what began with a right must not
// outlive it.
import { AppError } from '../errors.ts';

/** setTimeout takes no longer delay. */
const longestDelayMs = 2_147_483_647;

/**
 * @param expiresAt in milliseconds since 1970; undefined: never
 * @throws AppError UNAUTHENTICATED from next(), at that instant
 */
export function untilExpiry<Result>(
  source: AsyncIterable<Result>,
  expiresAt: number | undefined,
): AsyncIterable<Result> {
  if (expiresAt === undefined) return source;
  const iterator = source[Symbol.asyncIterator]();
  let hasExpired = false;
  const restMs = Math.min(Math.max(expiresAt - Date.now(), 0), longestDelayMs);
  // Sources answer a pending next() when they are returned; a race would keep a reaction of every event.
  const timer = setTimeout(() => {
    hasExpired = true;
    iterator.return?.().catch(() => {});
  }, restMs);
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = await iterator.next();
        if (hasExpired)
          throw new AppError('UNAUTHENTICATED', 'The token has ended: follow again with a new one.');
        if (result.done === true) clearTimeout(timer);
        return result;
      },
      async return() {
        clearTimeout(timer);
        await iterator.return?.();
        return { value: undefined, done: true };
      },
    }),
  };
}
