// Follows a subscription as the specification says, but for values that are plain: those are answered without
// executing GraphQL for each. Every result of a value that can be resumed after carries the id that does it. Results
// that don't depend on who asks are made once for all who asked for the same.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import { plainDelta } from '../generation/plain-delta.ts';
import { plainEvent } from '../log/plain-event.ts';

import { executeOnce } from './execute-once.ts';
import { createSharedResponses, type Respond } from './shared-responses.ts';

/** The subscription whose values are the same objects for everyone, with fields that don't look at the viewer. */
const sharedField = 'ratingStats';

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

const deltaResponses = createSharedResponses(plainDelta);
const eventResponses = createSharedResponses(plainEvent);

function createResponder(validated: ValidatedSubscriptionArgs): Respond {
  const { operation } = validated;
  const [field] = operation.selectionSet.selections;
  const name = field !== undefined && 'name' in field ? field.name.value : undefined;
  const entries = Object.entries(validated.fragments).map(([key, { definition }]) => [key, definition]);
  const document = { operation, fragments: Object.fromEntries(entries) };
  const execute: Respond = (rootValue) => executeSubscriptionEvent({ ...validated, rootValue });
  if (name === plainDelta.field) return deltaResponses(document, execute);
  if (name === plainEvent.field) return eventResponses(document, execute);
  if (name === sharedField) return executeOnce(validated, execute);
  return execute;
}

export async function subscribe(
  args: ExecutionArgs,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const validated = validateSubscriptionArgs(args);
  if (!('operation' in validated)) return { errors: validated };
  const source = await createSourceEventStream(validated);
  if (!isAsyncIterable(source)) return source;
  const respond = createResponder(validated);
  const iterator = source[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { value, done } = await iterator.next();
        if (done === true) return { value: undefined, done: true };
        const result = respond(value);
        return { value: result instanceof Promise ? await result : result, done: false };
      },
      async return() {
        await iterator.return?.();
        return { value: undefined, done: true };
      },
    }),
  };
}
