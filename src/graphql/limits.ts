// How much one operation may ask for: decided before anything is executed or followed, on every transport.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '../errors.ts';

/** Most tokens in a document; parsing stops there. */
export const mostTokens = 4_000;
/** Deepest nesting of fields. */
const deepest = 16;
/** Cost: 1 a field, and what is below a list once per entry that may come (10 where no size is known). */
const costliest = 50_000;

export type Operation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Record<string, unknown> | null | undefined;
};

/** The document with the chosen operation alone: the cost is that of what will run, not of what comes first. */
function chosen({ document, operationName }: Operation): DocumentNode {
  if (operationName == null) return document;
  const definitions = document.definitions.filter(
    (definition) => definition.kind !== Kind.OPERATION_DEFINITION || definition.name?.value === operationName,
  );
  return { ...document, definitions };
}

/** @throws AppError LIMIT_EXCEEDED */
export function checkLimits(operation: Operation): void {
  const { depth, complexity } = complexityFromQuery(chosen(operation), {
    schema: operation.schema,
    variables: operation.variableValues ?? {},
  });
  if (depth > deepest) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation is ${depth} fields deep; at most ${deepest} are taken: ask in several steps.`,
    );
  }
  if (complexity > costliest) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation costs ${Math.round(complexity)}; at most ${costliest} is taken: ask for fewer fields or smaller pages.`,
    );
  }
}
