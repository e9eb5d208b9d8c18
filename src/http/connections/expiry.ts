// Ends what runs for a token when the token ends, on every carrier: what began with a right must not outlive it.
import { AppError } from '../../errors.ts';

/** setTimeout takes no longer delay. */
const maxDelayMs = 2_147_483_647;

/**
 * @param expiresAt in milliseconds since 1970; undefined: never
 * @param onExpired called once, at that instant
 * @returns forgets it
 */
export function atExpiry(expiresAt: number | undefined, onExpired: () => void): () => void {
  if (expiresAt === undefined) return () => {};
  const restMs = Math.min(Math.max(expiresAt - Date.now(), 0), maxDelayMs);
  const timer = setTimeout(onExpired, restMs);
  return () => clearTimeout(timer);
}

/**
 * Ends a subscription with the token of who follows it.
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
  // Sources answer a pending next() when they are returned; a race would keep a reaction of every event.
  const forget = atExpiry(expiresAt, () => {
    hasExpired = true;
    iterator.return?.().catch(() => {});
  });
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const result = await iterator.next();
        if (hasExpired)
          throw new AppError('UNAUTHENTICATED', 'The token has ended: follow again with a new one.');
        if (result.done === true) forget();
        return result;
      },
      async return() {
        forget();
        await iterator.return?.();
        return { value: undefined, done: true };
      },
    }),
  };
}
