// One GraphQL request over HTTP.
import { z } from 'zod';

const responseSchema = z.object({ data: z.unknown().optional(), errors: z.array(z.unknown()).optional() });

/** @throws Error if the response holds errors */
export async function askGraphql(
  url: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors } = responseSchema.parse(JSON.parse(text));
  if (errors !== undefined) throw new Error(`${url} answered ${text.slice(0, 1_000)}`);
  return data;
}
