// What the widget asks of the server that it was loaded from, or of another one that its page names.
import type { TypedDocumentString } from './operations.ts';

export type Place = { server: string; token: string | undefined };

/** @throws Error with what the server says, or that it can't be reached */
export async function askAt<Result, Variables>(
  { server, token }: Place,
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
    throw new Error(errors?.[0]?.message ?? 'The server gave no answer.');
  return data;
}
