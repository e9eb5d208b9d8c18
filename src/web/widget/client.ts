// Sends the widget's operations to the server that it was loaded from, or to another one that its page names.
import type { TypedDocumentString } from './operations.ts';

export type Endpoint = { server: string; token: string | undefined };

/** @throws Error with the server's message; TypeError if it can't be reached */
export async function requestFrom<Result, Variables>(
  { server, token }: Endpoint,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(`${server}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors }: { data?: Result | null; errors?: { message: string }[] } = await response.json();
  if (data == null || errors !== undefined)
    throw new Error(errors?.[0]?.message ?? `The server answered with status ${response.status}.`);
  return data;
}
