// Begins a subscription as the specification says, and tells how its values are answered: those that are plain without
// executing GraphQL for each, and those that don't depend on who asks once for all who asked for the same.
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import { deltaDelivery } from '../generation/plain-delta.ts';
import { eventDelivery } from '../log/plain-event.ts';

import { shareExecution } from './execute-once.ts';
import { createSharedResponses, type Respond } from './shared-responses.ts';

/** The values that a subscription gives, and what each is answered with. */
export type Subscription = { source: AsyncIterable<unknown>; respond: Respond };

/** The subscription whose values are the same objects for everyone, with fields that don't look at the viewer. */
const sharedField = 'ratingStats';

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

const deltaResponses = createSharedResponses(deltaDelivery);
const eventResponses = createSharedResponses(eventDelivery);

function createResponder(validated: ValidatedSubscriptionArgs): Respond {
  const { operation } = validated;
  const [field] = operation.selectionSet.selections;
  const name = field !== undefined && 'name' in field ? field.name.value : undefined;
  const entries = Object.entries(validated.fragments).map(([key, { definition }]) => [key, definition]);
  const document = { operation, fragments: Object.fromEntries(entries) };
  const execute: Respond = (rootValue) => executeSubscriptionEvent({ ...validated, rootValue });
  if (name === deltaDelivery.field) return deltaResponses(document, execute);
  if (name === eventDelivery.field) return eventResponses(document, execute);
  if (name === sharedField) return shareExecution(validated, execute);
  return execute;
}

/** @returns an answer where nothing has begun */
export async function beginSubscription(args: ExecutionArgs): Promise<Subscription | ExecutionResult> {
  const validated = validateSubscriptionArgs(args);
  if (!('operation' in validated)) return { errors: validated };
  const source = await createSourceEventStream(validated);
  return isAsyncIterable(source) ? { source, respond: createResponder(validated) } : source;
}
