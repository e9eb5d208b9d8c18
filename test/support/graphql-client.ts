// Asks the server as an integrator would: typed documents over HTTP, WebSocket and SSE.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { TypedDocumentString } from '../../src/client/operations.ts';

export type Answer<Result> = {
  status: number;
  data: Result | null | undefined;
  errors: { message: string; path?: (string | number)[]; extensions: { code?: string } }[];
};

export type GraphQLClient = {
  url: string;
  ask<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Answer<Result>>;
  /** As ask, for what must succeed. @throws Error with the answer's errors */
  run<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result>;
  /** Sends anything as a query. */
  send(query: string, variables?: Record<string, unknown>): Promise<Answer<Record<string, unknown>>>;
  follow<Result, Variables extends Record<string, unknown>>(
    carrier: Carrier,
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Follow<Result>;
};

export type Carrier = 'websocket' | 'sse';

/** What a subscription gives; leave() ends it from the reader's side. */
export type Follow<Result> = AsyncIterable<Result> & { leave(): Promise<void> };

type Message<Result> = { data?: Result | null; errors?: readonly { message: string }[] };

async function* dataOf<Result>(source: AsyncIterable<Message<Result>>): AsyncGenerator<Result> {
  for await (const message of source) {
    if (message.errors !== undefined)
      throw new Error(message.errors.map((error) => error.message).join('; '));
    if (message.data != null) yield message.data;
  }
}

export function createGraphQLClient(url: string, token?: string): GraphQLClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function post<Result>(query: string, variables: unknown): Promise<Answer<Result>> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization },
      body: JSON.stringify({ query, variables }),
    });
    const body: Partial<Pick<Answer<Result>, 'data' | 'errors'>> = await response.json();
    return { status: response.status, data: body.data, errors: body.errors ?? [] };
  }

  function source<Result>(carrier: Carrier, query: string, variables: Record<string, unknown>) {
    if (carrier === 'sse') {
      const client = createSseClient({ url: `${url}/graphql`, headers: authorization, retryAttempts: 0 });
      const iterator = client.iterate<Result>({ query, variables });
      return { iterator, dispose: () => client.dispose() };
    }
    const client = createWsClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: authorization,
      retryAttempts: 0,
    });
    const iterator = client.iterate<Result>({ query, variables });
    return { iterator, dispose: () => client.dispose() };
  }

  return {
    url,
    ask: (document, variables) => post(document.toString(), variables),
    async run(document, variables) {
      const answer = await post<never>(document.toString(), variables);
      if (answer.data == null || answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
      return answer.data;
    },
    send: (query, variables) => post(query, variables),
    follow<Result, Variables extends Record<string, unknown>>(
      carrier: Carrier,
      document: TypedDocumentString<Result, Variables>,
      variables: Variables,
    ) {
      const { iterator, dispose } = source<Result>(carrier, document.toString(), variables);
      const data = dataOf<Result>(iterator as AsyncIterable<Message<Result>>);
      return {
        [Symbol.asyncIterator]: () => data,
        async leave() {
          await iterator.return?.();
          await dispose();
        },
      };
    },
  };
}
