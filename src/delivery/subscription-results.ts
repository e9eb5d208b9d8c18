// The results of a running subscription, pulled one by one. However it ends, its source is returned. A failure becomes
// the last result: graphql-ws would close the socket for it, and with it every other operation of that socket.
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Subscription } from './subscribe.ts';

export type Results = Required<Pick<AsyncIterableIterator<ExecutionResult>, 'next' | 'return'>> & {
  [Symbol.asyncIterator](): Results;
};

/**
 * One asynchronous step per result, and no more: with thousands of readers, the steps between a value and its socket
 * are most of the cost of a delivery.
 * @param mask turns whatever was thrown into the error that clients get
 * @param onEnd called when the subscription has ended, possibly more than once
 */
export function createResults(
  { source, respond }: Subscription,
  mask: (error: unknown) => GraphQLError,
  onEnd: () => void,
): Results {
  const iterator = source[Symbol.asyncIterator]();
  let hasEnded = false;

  async function returnSource(): Promise<void> {
    hasEnded = true;
    onEnd();
    await iterator.return?.();
  }

  const end = () => {
    hasEnded = true;
    onEnd();
    return { value: undefined, done: true as const };
  };

  return {
    async next() {
      if (hasEnded) return end();
      try {
        const { value, done } = await iterator.next();
        if (done === true) return end();
        const response = respond(value);
        const result = response instanceof Promise ? await response : response;
        // The reader may have left while the result was made: it gets nothing more.
        if (hasEnded) return end();
        const { errors } = result;
        return {
          value: errors === undefined ? result : { ...result, errors: errors.map(mask) },
          done: false,
        };
      } catch (error) {
        await returnSource().catch(() => {});
        return { value: { errors: [mask(error)] }, done: false };
      }
    },
    async return() {
      await returnSource();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
