// Executes GraphQL once for a value that many subscriptions give, instead of once for each: for those that have the
// same document, operation and variables.
import type { DocumentNode, ValidatedSubscriptionArgs } from 'graphql';
import type { Respond } from './shared-responses.ts';

type Result = ReturnType<Respond>;

const known = new WeakMap<DocumentNode, Map<string, WeakMap<object, Result>>>();
/** Of one document: whoever varies the variables without end executes each time. */
const maxVariableSets = 1_000;

function resultsOf({ document, operation, variableValues }: ValidatedSubscriptionArgs) {
  const byVariables = known.get(document) ?? new Map<string, WeakMap<object, Result>>();
  known.set(document, byVariables);
  const key = JSON.stringify([operation.name?.value, variableValues.coerced]);
  const results = byVariables.get(key) ?? new WeakMap<object, Result>();
  if (byVariables.size < maxVariableSets) byVariables.set(key, results);
  return results;
}

export function shareExecution(args: ValidatedSubscriptionArgs, execute: Respond): Respond {
  const results = resultsOf(args);
  return (value) => {
    if (typeof value !== 'object' || value === null) return execute(value);
    const made = results.get(value) ?? execute(value);
    results.set(value, made);
    return made;
  };
}
