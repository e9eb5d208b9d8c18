// How much one operation may ask for: decided before anything is executed or followed, on every transport.
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '../errors.ts';

/** Most tokens in a document; parsing stops there. */
export const maxTokens = 4_000;
/** Deepest nesting of fields. */
const maxDepth = 16;
/** Cost: 1 a field, and what is below a list once per entry that may come (10 where no size is known). */
const maxComplexity = 50_000;

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

type Cost = { depth: number; complexity: number };

/** Costs by document, and within it by what they can depend on: the operation, and the sizes of its pages. */
const costs = new WeakMap<DocumentNode, Map<string, Cost>>();
const maxCostsPerDocument = 100;

function costOf(operation: Operation): Cost {
  const { schema, document, operationName, variableValues } = operation;
  const variables = variableValues ?? {};
  const sizes = Object.entries(variables).filter(([, value]) => typeof value === 'number');
  const key = JSON.stringify([operationName, sizes]);
  const known = costs.get(document) ?? new Map<string, Cost>();
  costs.set(document, known);
  const cost = known.get(key) ?? complexityFromQuery(chosen(operation), { schema, variables });
  if (known.size < maxCostsPerDocument) known.set(key, cost);
  return cost;
}

/** @throws AppError LIMIT_EXCEEDED */
export function checkLimits(operation: Operation): void {
  const { depth, complexity } = costOf(operation);
  if (depth > maxDepth) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation is ${depth} fields deep; at most ${maxDepth} are taken: ask in several steps.`,
    );
  }
  if (complexity > maxComplexity) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `The operation costs ${Math.round(complexity)}; at most ${maxComplexity} is taken: ask for fewer fields or smaller pages.`,
    );
  }
}
