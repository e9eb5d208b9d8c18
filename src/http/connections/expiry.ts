// Ends what runs for a token when the token expires, on every carrier: nothing outlives the right that it began with.
import { AppError } from '../../errors.ts';

/** The longest delay that setTimeout accepts, about 25 days; it fires at once for a longer one. */
const maxDelayMs = 2_147_483_647;

/**
 * @param expiresAt in milliseconds since 1970; undefined: never
 * @param onExpired called once, at that instant
 * @returns a cancel function
 */
export function atExpiry(expiresAt: number | undefined, onExpired: () => void): () => void {
  if (expiresAt === undefined) return () => {};
  let timer: NodeJS.Timeout | undefined;
  const arm = () => {
    const remainingMs = Math.max(expiresAt - Date.now(), 0);
    timer = remainingMs > maxDelayMs ? setTimeout(arm, maxDelayMs) : setTimeout(onExpired, remainingMs);
  };
  arm();
  return () => clearTimeout(timer);
}

/**
 * Ends a subscription when the token of its viewer expires.
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
  // Returning a source settles its pending next(). Promise.race would instead keep a reaction of every result.
  const cancel = atExpiry(expiresAt, () => {
    hasExpired = true;
    iterator.return?.().catch(() => {});
  });
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = await iterator.next();
        if (hasExpired) {
          throw new AppError('UNAUTHENTICATED', 'The token has expired. Subscribe again with a new one.');
        }
        if (result.done === true) cancel();
        return result;
      },
      async return() {
        cancel();
        await iterator.return?.();
        return { value: undefined, done: true };
      },
    }),
  };
}
