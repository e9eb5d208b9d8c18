// Results as clients get them, on every carrier: JSON in UTF-8. For one that is given to many it is made once.
import type { ExecutionResult, GraphQLError } from 'graphql';
import { type Bytes, toBytes } from './websocket/frame.ts';

/** No more than the last: it is given to its readers right after each other, and one who stands still keeps none. */
let last: { result: ExecutionResult; json: Bytes } | undefined;

/** The HTTP status that an error asks for is for the server alone. */
function shownOf(error: GraphQLError): object {
  const { extensions: { http, ...extensions } = {}, ...rest } = error.toJSON();
  return Object.keys(extensions).length === 0 ? rest : { ...rest, extensions };
}

export function toJson(result: ExecutionResult): Bytes {
  if (last?.result === result) return last.json;
  const { errors } = result;
  const shown = errors === undefined ? result : { ...result, errors: errors.map(shownOf) };
  const json = toBytes(JSON.stringify(shown));
  last = { result, json };
  return json;
}
