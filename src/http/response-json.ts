// Results as clients get them, on every carrier: JSON. A result that goes to many readers is rendered once.
import type { ExecutionResult, GraphQLError } from 'graphql';

export type ToJson = (result: ExecutionResult) => string;

/** The HTTP status that an error asks for is meant for the server alone. */
function withoutStatus(error: GraphQLError): object {
  const { extensions: { http, ...extensions } = {}, ...fields } = error.toJSON();
  return Object.keys(extensions).length === 0 ? fields : { ...fields, extensions };
}

/**
 * @returns a renderer that keeps only the last result: all of its readers ask for it one right after another, so that
 * a reader that stands still keeps no other in memory
 */
export function createToJson(): ToJson {
  let last: { result: ExecutionResult; json: string } | undefined;
  return (result) => {
    if (last?.result === result) return last.json;
    const { errors } = result;
    const response = errors === undefined ? result : { ...result, errors: errors.map(withoutStatus) };
    const json = JSON.stringify(response);
    last = { result, json };
    return json;
  };
}
