// HTTP as it goes over the wire, with any header at all: what fetch would set, fix or refuse, a test must be able to.
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';

export type RawAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The code of the first error; undefined where there is none. */
  code: string | undefined;
};

export type RawRequest = {
  method?: string;
  path?: string;
  /** A Host of `null` is left out altogether. */
  headers?: Record<string, string | null>;
  /** An object is sent as JSON, a list in chunks of its entries without a Content-Length. */
  body?: string | readonly string[] | { query: string; variables?: unknown; operationName?: string };
};

const errorsSchema = z.object({
  errors: z.tuple([z.object({ extensions: z.object({ code: z.string() }) })]).rest(z.unknown()),
});

/** The code of the first error of a GraphQL answer. */
export function codeOf(text: string): string | undefined {
  try {
    return errorsSchema.parse(JSON.parse(text)).errors[0].extensions.code;
  } catch {
    return undefined;
  }
}

/** Sends the request, and gives the answer as soon as its headers are there. */
export async function beginRequest(url: string, options: RawRequest): Promise<IncomingMessage> {
  const { method = 'POST', path = '/graphql', body } = options;
  const isJson = typeof body === 'object' && !Array.isArray(body);
  const given = {
    host: new URL(url).host,
    ...(isJson ? { 'content-type': 'application/json' } : {}),
    ...options.headers,
  };
  const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const outgoing = httpRequest(new URL(path, url), { method, setHost: false, agent: false });
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value ?? '');
  const answered = once(outgoing, 'response');
  if (Array.isArray(body)) {
    for (const chunk of body) outgoing.write(chunk);
    outgoing.end();
  } else outgoing.end(isJson ? JSON.stringify(body) : body);
  const [answer] = await answered;
  // A server may answer, and close, before it has taken all that is sent.
  outgoing.on('error', () => {});
  return answer;
}

export async function rawRequest(url: string, options: RawRequest): Promise<RawAnswer> {
  const answer = await beginRequest(url, options);
  const text = await readText(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, text, code: codeOf(text) };
}
