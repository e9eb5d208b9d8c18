// Follows a subscription as the specification says, but for the events that have a shortcut: the pieces of a reply,
// of which there are a hundred thousand for each other event.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  mapSourceToResponseEvent,
  validateSubscriptionArgs,
} from 'graphql';
import { compileDeltaResponse, isDelta } from '../generation/delta-response.ts';

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

export async function subscribe(
  args: ExecutionArgs,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const validated = validateSubscriptionArgs(args);
  if (!('operation' in validated)) return { errors: validated };
  const source = await createSourceEventStream(validated);
  if (!isAsyncIterable(source)) return source;
  const fragments = Object.entries(validated.fragments).map(([name, { definition }]) => [name, definition]);
  const respond = compileDeltaResponse(validated.operation, Object.fromEntries(fragments));
  if (respond === undefined) return mapSourceToResponseEvent(validated, source);
  const iterator = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { value, done } = await iterator.next();
        if (done === true) return { value: undefined, done: true };
        if (isDelta(value)) return { value: { data: respond(value) }, done: false };
        return { value: await executeSubscriptionEvent({ ...validated, rootValue: value }), done: false };
      },
      async return() {
        await iterator.return?.();
        return { value: undefined, done: true };
      },
    }),
  };
}
