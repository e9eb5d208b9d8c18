// The results of a running subscription, asked for one by one. However it ends, its source is left; a failure is its
// last result, since graphql-ws would close the socket for one, and with it every other operation that runs there.
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Subscription } from './subscribe.ts';

export type Results = Required<Pick<AsyncIterableIterator<ExecutionResult>, 'next' | 'return'>> & {
  [Symbol.asyncIterator](): Results;
};

/**
 * One step for each result, and no more: with thousands of readers, what stands between a value and its socket is
 * most of what a delivery costs.
 * @param mask makes of whatever was thrown what clients are told
 * @param onEnd called when it is over; it may be called more than once
 */
export function createResults(
  { source, respond }: Subscription,
  mask: (error: unknown) => GraphQLError,
  onEnd: () => void,
): Results {
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;

  async function leave(): Promise<void> {
    isOver = true;
    onEnd();
    await iterator.return?.();
  }

  const over = () => {
    isOver = true;
    onEnd();
    return { value: undefined, done: true as const };
  };

  return {
    async next() {
      if (isOver) return over();
      try {
        const { value, done } = await iterator.next();
        if (done === true) return over();
        const response = respond(value);
        const result = response instanceof Promise ? await response : response;
        // Who has left meanwhile is sent nothing more.
        if (isOver) return over();
        const { errors } = result;
        return {
          value: errors === undefined ? result : { ...result, errors: errors.map(mask) },
          done: false,
        };
      } catch (error) {
        await leave().catch(() => {});
        return { value: { errors: [mask(error)] }, done: false };
      }
    },
    async return() {
      await leave();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
