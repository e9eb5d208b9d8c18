// How much one operation may request: checked before anything of it is executed, on every carrier.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '../errors.ts';

/** Tokens of a document; parsing stops there. */
export const maxTokens = 4_000;
/** Levels of nested fields. */
const maxDepth = 16;
/** Cost: 1 per field. The fields of a list count once per entry that it may have, or 10 times if its size is unknown. */
const maxComplexity = 50_000;

export type Operation = {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Record<string, unknown> | null | undefined;
};

/** The document with only the operation that will run: without a name, the first one would be measured. */
function withChosenOperation({ document, operationName }: Operation): DocumentNode {
  if (operationName == null) return document;
  const definitions = document.definitions.filter(
    (definition) => definition.kind !== Kind.OPERATION_DEFINITION || definition.name?.value === operationName,
  );
  return { ...document, definitions };
}

type Cost = { depth: number; complexity: number };

/** By document, and then by what a cost can depend on: the chosen operation and the sizes of its pages. */
const costs = new WeakMap<DocumentNode, Map<string, Cost>>();
const maxCostsPerDocument = 100;

function costOf(operation: Operation): Cost {
  const { schema, document, operationName, variableValues } = operation;
  const variables = variableValues ?? {};
  const sizes = Object.entries(variables).filter(([, value]) => typeof value === 'number');
  const key = JSON.stringify([operationName, sizes]);
  const cached = costs.get(document) ?? new Map<string, Cost>();
  costs.set(document, cached);
  const cost = cached.get(key) ?? complexityFromQuery(withChosenOperation(operation), { schema, variables });
  if (cached.size < maxCostsPerDocument) cached.set(key, cost);
  return cost;
}

/** @throws AppError LIMIT_EXCEEDED */
export function checkLimits(operation: Operation): void {
  const { depth, complexity } = costOf(operation);
  if (depth > maxDepth) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation is nested ${depth} fields deep; the maximum is ${maxDepth}. Split it into several operations.`,
    );
  }
  if (complexity > maxComplexity) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation costs ${Math.round(complexity)}; the maximum is ${maxComplexity}. Request fewer fields or smaller pages.`,
    );
  }
}
