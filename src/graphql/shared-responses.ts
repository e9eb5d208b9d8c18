// Responses to values of one type, each made once for all readers that selected the same: thousands who watch one
// reply ask for the same piece right after each other.
import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import { compilePlainResponse, type Fragments, type PlainType } from './plain-response.ts';

/** Where a result carries what continues after it; no part of the response itself. */
export const resumeId = Symbol('resumeId');

type Resumable = ExecutionResult & { [resumeId]?: string };
export type Respond = (value: unknown) => ExecutionResult | Promise<ExecutionResult>;

type Document = { operation: OperationDefinitionNode; fragments: Fragments };

/** Answers the same result for values that are the same as the one before. */
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
 * @returns for an operation, how values are answered: those of the type shared with whoever has the same operation
 * (documents are parsed once for the same text), others, such as the end of a reply, by `execute`
 */
export function createSharedResponses<Value>(
  plain: PlainType<Value>,
): (document: Document, execute: Respond) => Respond {
  const known = new WeakMap<OperationDefinitionNode, ((value: Value) => ExecutionResult) | undefined>();

  function compile({ operation, fragments }: Document): ((value: Value) => ExecutionResult) | undefined {
    if (known.has(operation)) return known.get(operation);
    const respond = compilePlainResponse(plain, operation, fragments);
    const shared = respond && shareLast(plain, respond);
    known.set(operation, shared);
    return shared;
  }

  return (document, execute) => {
    const respond = compile(document);
    return (value) => {
      if (!plain.is(value)) return execute(value);
      if (respond !== undefined) return respond(value);
      const id = plain.resumeId(value);
      return Promise.resolve(execute(value)).then((result) => Object.assign(result, { [resumeId]: id }));
    };
  };
}
