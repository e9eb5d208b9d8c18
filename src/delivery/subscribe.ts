// Starts a subscription as the GraphQL specification says, and pairs its source of values with the function that
// turns each value into a result.
import {
  createSourceEventStream,
  type ExecutionResult,
  executeSubscriptionEvent,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import { deliveryOf } from './delivery.ts';
import type { Respond } from './shared-responses.ts';

/** The values of a subscription, and the function that turns each into a result. */
export type Subscription = { source: AsyncIterable<unknown>; respond: Respond };

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** @returns a result with errors if the source could not be started */
export async function startSubscription(
  args: ValidatedSubscriptionArgs,
): Promise<Subscription | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!isAsyncIterable(source)) return source;
  const execute: Respond = (rootValue) => executeSubscriptionEvent({ ...args, rootValue });
  return { source, respond: deliveryOf(args).createRespond?.(args, execute) ?? execute };
}
