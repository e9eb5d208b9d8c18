// Executes GraphQL once for a value that many subscriptions yield, instead of once for each reader. Only subscriptions
// with the same document, operation and variables share it, and only values that are the same object.
import type { DocumentNode, ValidatedSubscriptionArgs } from 'graphql';
import type { Respond } from './shared-responses.ts';

type Result = ReturnType<Respond>;

/** By document, then by operation and variables. */
const caches = new WeakMap<DocumentNode, Map<string, WeakMap<object, Result>>>();
/** Per document. A client that varies its variables endlessly gets an execution of its own each time. */
const maxVariableSets = 1_000;

function resultsOf({ document, operation, variableValues }: ValidatedSubscriptionArgs) {
  const byVariables = caches.get(document) ?? new Map<string, WeakMap<object, Result>>();
  caches.set(document, byVariables);
  const key = JSON.stringify([operation.name?.value, variableValues.coerced]);
  const results = byVariables.get(key) ?? new WeakMap<object, Result>();
  if (byVariables.size < maxVariableSets) byVariables.set(key, results);
  return results;
}

/** A `createRespond` for a delivery: its field must not depend on the viewer. */
export function shareExecution(args: ValidatedSubscriptionArgs, execute: Respond): Respond {
  const results = resultsOf(args);
  return (value) => {
    if (typeof value !== 'object' || value === null) return execute(value);
    const result = results.get(value) ?? execute(value);
    results.set(value, result);
    return result;
  };
}
