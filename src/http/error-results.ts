// Makes the failure of a running subscription its last result. Thrown through graphql-ws it would close the whole
// socket, and with it every other operation that runs there.
import type { ExecutionResult, GraphQLError } from 'graphql';

export function withErrorResults<Result>(
  source: AsyncIterable<Result>,
  mask: (error: unknown) => GraphQLError,
): AsyncIterableIterator<Result | ExecutionResult> {
  const iterator = source[Symbol.asyncIterator]();
  let isOver = false;
  return {
    async next() {
      if (isOver) return { value: undefined, done: true };
      try {
        return await iterator.next();
      } catch (error) {
        isOver = true;
        return { value: { errors: [mask(error)] }, done: false };
      }
    },
    async return() {
      isOver = true;
      await iterator.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
