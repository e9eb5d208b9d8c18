// Sends queries and mutations: one POST each, typed by its document.
import type { TypedDocumentString } from './operations.ts';
import { authorization } from './token.ts';

/** An error in the server's answer. `code` is one of the API's error codes; empty if the answer has none. */
export class RequestError extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

type GraphQLFailure = { message: string; extensions?: { code?: string } };
type Body<Result> = { data?: Result | null; errors?: GraphQLFailure[] };

/** @throws RequestError if the server answers with an error; TypeError if it can't be reached */
export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization() },
    body: JSON.stringify({ query: document.toString(), variables }),
    signal: signal ?? null,
  });
  const { data, errors }: Body<Result> = await response.json();
  const [failure] = errors ?? [];
  if (failure !== undefined) throw new RequestError(failure.message, failure.extensions?.code ?? '');
  if (data == null) throw new RequestError(`The server answered with status ${response.status}.`, '');
  return data;
}

/** The message to show for an error. */
export function describeError(error: unknown): string {
  if (error instanceof RequestError) return error.message;
  if (error instanceof TypeError)
    return 'The server could not be reached. Check the connection, then try again.';
  return error instanceof Error ? error.message : String(error);
}

export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof RequestError && error.code === 'UNAUTHENTICATED';
