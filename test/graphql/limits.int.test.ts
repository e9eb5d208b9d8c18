// An operation that requests too much is refused before anything of it runs, on every carrier.
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { codeOf, rawRequest } from '../support/raw-http.ts';
import { openStream } from '../support/raw-sse.ts';
import { codeOfMessage, connectSocket } from '../support/raw-websocket.ts';
import { createRecordedLog } from '../support/recorded-log.ts';
import { hang } from '../support/script.ts';
import { recordStatements } from '../support/statements.ts';
import { sendMessage, startConversation } from '../support/talk.ts';

let test: TestApp;
const { log, failures } = createRecordedLog();
beforeAll(async () => {
  test = await startTestApp({}, log);
});
afterAll(async () => {
  expect(failures).toEqual([]);
  await test.stop();
});

type Request = { query: string; variables?: Record<string, unknown>; operationName?: string };

const carriers: Record<string, (request: Request) => Promise<string | undefined>> = {
  HTTP: async (body) => (await rawRequest(test.app.url, { body })).code,
  async SSE(body) {
    const stream = await openStream(test.app.url, body);
    const data = await stream.next();
    stream.cut();
    return codeOf(data ?? '');
  },
  async WebSocket({ query, variables, operationName }) {
    const raw = await connectSocket(test.app.url);
    raw.subscribe('1', query, variables, operationName);
    const message = await raw.next();
    raw.socket.terminate();
    return codeOfMessage(message);
  },
};

const nested = (depth: number) => `${'parent { '.repeat(depth)}id${' }'.repeat(depth)}`;
const pages = (size: string) =>
  `conversations(first: ${size}) { nodes { messages(first: ${size}) { nodes { feedback { comment } } } } }`;
const aliases = (count: number, selection: string) =>
  Array.from({ length: count }, (_, n) => `a${n}: ${selection}`).join(' ');

const refusals: [string, Request, string][] = [
  ['20,000 repeated fields', { query: `{ ${'__typename '.repeat(20_000)} }` }, 'INVALID_INPUT'],
  ['20,000 aliases', { query: `{ ${aliases(20_000, '__typename')} }` }, 'INVALID_INPUT'],
  ['a query nested 40 deep', { query: `{ message(id: "x") { ${nested(40)} } }` }, 'LIMIT_EXCEEDED'],
  ['pages in pages', { query: `{ ${pages('100')} }` }, 'LIMIT_EXCEEDED'],
  ['pages in pages under many names', { query: `{ ${aliases(40, pages('20'))} }` }, 'LIMIT_EXCEEDED'],
  [
    'pages in pages by a variable',
    { query: `query ($n: Int!) { ${pages('$n')} }`, variables: { n: 100 } },
    'LIMIT_EXCEEDED',
  ],
  [
    "pages in pages by a variable's default",
    { query: `query ($n: Int = 100) { ${pages('$n')} }` },
    'LIMIT_EXCEEDED',
  ],
  [
    'pages in pages in a fragment',
    { query: `{ ...A } fragment A on Query { ${pages('100')} }` },
    'LIMIT_EXCEEDED',
  ],
  [
    'fragments that double each other',
    {
      query: `{ ...F0 } ${Array.from({ length: 40 }, (_, n) => `fragment F${n} on Query { a${n}: __typename ...F${n + 1} b${n}: __typename ...F${n + 1} }`).join(' ')} fragment F40 on Query { ${pages('20')} }`,
    },
    'LIMIT_EXCEEDED',
  ],
  ['a fragment that contains itself', { query: '{ ...A } fragment A on Query { ...A }' }, 'INVALID_INPUT'],
  [
    'fragments that contain each other',
    { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }' },
    'INVALID_INPUT',
  ],
  [
    'the expensive one of two operations',
    {
      query: `query Cheap { viewer { username } } query Costly { ${pages('100')} }`,
      operationName: 'Costly',
    },
    'LIMIT_EXCEEDED',
  ],
  [
    'a mutation that selects too much',
    {
      query: `mutation { endConversation(input: { id: "x" }) { conversation { ${pages('100').replace(/conversations\([^)]*\) \{ nodes \{(.*)\} \}$/, '$1')} thread { conversation { messages { nodes { siblings { siblings { id } } } } } } } } }`,
    },
    'LIMIT_EXCEEDED',
  ],
];

describe.each(Object.entries(carriers))('over %s', (_carrier, send) => {
  it.each(refusals)('%s is refused', async (_name, request, code) => {
    expect(await send(request)).toBe(code);
  });

  it('a subscription that selects too much is refused before it starts', async () => {
    test.model.enqueue([hang]);
    const conversationId = await startConversation(test.client);
    const id = await sendMessage(test.client, { conversationId, content: 'hi' });
    const query = `subscription ($id: ID!) { generation(messageId: $id) { ... on GenerationEnd { message { ${nested(20)} } } } }`;
    expect(await send({ query, variables: { id } })).toBe('LIMIT_EXCEEDED');
    expect(test.app.openCursors()).toBe(0);
  });

  it('the cheap one of two operations runs', async () => {
    const query = `query Cheap { viewer { username } } query Costly { ${pages('100')} }`;
    expect(await send({ query, operationName: 'Cheap' })).toBeUndefined();
  });

  it('the introspection that GraphiQL sends runs', async () => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(await send({ query })).toBeUndefined();
  });
});

describe('a refused operation', () => {
  it('costs little, even at the maximum size', async () => {
    const depth = (text: string, n: number): string =>
      n === 0 ? text : `{ a: viewer ${depth(text, n - 1)} }`;
    const conflicting = `{ ${'viewer { username roles } '.repeat(790)} }`;
    const startedAt = performance.now();
    for (const query of [
      conflicting,
      depth('{ username }', 900),
      `{ ${'message(id: "x") { id } '.repeat(300)} }`,
    ]) {
      await rawRequest(test.app.url, { body: { query } });
    }
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('sends no query to Postgres', async () => {
    const id = await startConversation(test.client);
    const titled = `conversation(id: "${id}") { title }`;
    const titleReads = async (query: string) => {
      const statements = await recordStatements(async () => {
        for (const send of Object.values(carriers)) await send({ query });
      });
      return statements.filter((text) => text.includes('"title"')).length;
    };
    expect(await titleReads(`{ ${titled} }`)).toBe(Object.keys(carriers).length);
    expect(await titleReads(`{ ${pages('100')} ${titled} }`)).toBe(0);
  });
});
