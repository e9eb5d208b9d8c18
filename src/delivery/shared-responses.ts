// Results of values of one type, each made once for all readers with the same operation: thousands of readers of one
// reply pull the same piece right after each other.
import type { ExecutionResult, OperationDefinitionNode, ValidatedSubscriptionArgs } from 'graphql';
import { compileSelection, type PlainType } from './compiled-selection.ts';

/** The key under which a result carries the id to resume from. It is not part of the response. */
export const resumeId = Symbol('resumeId');

type Resumable = ExecutionResult & { [resumeId]?: string };
export type Respond = (value: unknown) => ExecutionResult | Promise<ExecutionResult>;

/** The part of a subscription that decides what its results look like. */
type Operation = { operation: OperationDefinitionNode } & Pick<ValidatedSubscriptionArgs, 'fragments'>;

/** Returns the last result again for a value that equals the last one. */
function shareLast<Value>(
  plain: PlainType<Value>,
  respond: (value: Value) => Record<string, unknown>,
): (value: Value) => ExecutionResult {
  let last: { value: Value; result: Resumable } | undefined;
  return (value) => {
    if (last !== undefined && plain.isSame(last.value, value)) return last.result;
    const result: Resumable = { data: respond(value), [resumeId]: plain.resumeId(value) };
    last = { value, result };
    return result;
  };
}

/**
 * @returns a `createRespond` for the delivery of a field. Readers with the same operation share one result for each
 * value of the type (Yoga parses equal texts once, so they have the same document). Other values, such as the end of
 * a reply, are left to `execute`.
 */
export function createSharedResponses<Value>(
  plain: PlainType<Value>,
): (args: Operation, execute: Respond) => Respond {
  const compiled = new WeakMap<OperationDefinitionNode, ((value: Value) => ExecutionResult) | undefined>();

  function compile({ operation, fragments }: Operation): ((value: Value) => ExecutionResult) | undefined {
    if (compiled.has(operation)) return compiled.get(operation);
    const definitions = Object.entries(fragments).map(([name, { definition }]) => [name, definition]);
    const respond = compileSelection(plain, operation, Object.fromEntries(definitions));
    const shared = respond && shareLast(plain, respond);
    compiled.set(operation, shared);
    return shared;
  }

  return (args, execute) => {
    const respond = compile(args);
    return (value) => {
      if (!plain.is(value)) return execute(value);
      if (respond !== undefined) return respond(value);
      const id = plain.resumeId(value);
      return Promise.resolve(execute(value)).then((result) => Object.assign(result, { [resumeId]: id }));
    };
  };
}
