// Bad input to queries and mutations: each is refused with a code and a reason, and changes nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { projections } from '../../src/log/rebuild/replay.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { reply } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let conversationId: string;
let endedId: string;
let replyId: string;
let promptId: string;

beforeAll(async () => {
  test = await startTestApp({ MAX_MESSAGE_BYTES: '1000' });
  test.model.setDefault(reply('hi'));
  conversationId = await startConversation(test.client);
  promptId = newId();
  replyId = await sendMessage(test.client, { conversationId, id: promptId, content: 'hello' });
  await followReply(test.client, 'sse', { messageId: replyId });
  endedId = await startConversation(test.client);
  await test.client.run(operations.EndConversationDocument, { input: { id: endedId } });
  // Readers see the end of a reply before its lease is released.
  await waitUntil('the lease of the reply is released', async () => {
    const { rowCount } = await test.database.client.query('SELECT FROM generation');
    return rowCount === 0;
  });
});
afterAll(() => test.stop());

/** Every row of every table that an operation could change. */
async function readAllRows(): Promise<unknown> {
  const tables = ['topic', 'event', ...projections, 'generation', 'token_log'];
  const rows = await Promise.all(
    tables.map((table) =>
      test.database.client.query(`SELECT to_jsonb(t) AS row FROM ${table} AS t ORDER BY 1`),
    ),
  );
  return rows.map((result) => result.rows);
}

const unknown = '01J7PTGBKBEYJHJAMZ9Q9EE9SD';
const mutation = (field: string, input: string) => `mutation { ${field}(input: ${input}) { __typename } }`;
const start = (input: string) => mutation('startConversation', `{ ${input} }`);
const send = (input: string) => mutation('sendMessage', `{ conversationId: "${conversationId}" ${input} }`);
const add = (input: string) =>
  mutation('addMessage', `{ conversationId: "${conversationId}" role: USER ${input} }`);
const rate = (input: string) => mutation('rateMessage', `{ messageId: "${replyId}" ${input} }`);
const submit = (input: string) => mutation('submitFeedback', `{ messageId: "${replyId}" ${input} }`);

const cases: [title: string, query: () => string, code: string, message: string][] = [
  ['a model that is not on offer', () => start('model: "gpt-9"'), 'INVALID_INPUT', 'model-a, model-b'],
  [
    'a username that is empty',
    () => start('model: "model-a" username: ""'),
    'INVALID_INPUT',
    'username is empty',
  ],
  ['an author that is blank', () => rate('rating: LIKE username: " "'), 'INVALID_INPUT', 'username is empty'],
  [
    'a client id that is not a ULID',
    () => start('model: "model-a" id: "1"'),
    'INVALID_INPUT',
    'is not a ULID',
  ],
  [
    'an id in lower case',
    () => start(`model: "model-a" id: "${unknown.toLowerCase()}"`),
    'INVALID_INPUT',
    'is not a ULID',
  ],
  [
    'a topic that is not a valid name',
    () => start('model: "model-a" topic: "../x"'),
    'INVALID_INPUT',
    'is not a valid name',
  ],
  ['an empty system prompt', () => start('model: "model-a" systemPrompt: " "'), 'INVALID_INPUT', 'is empty'],
  [
    'metadata that is not an object',
    () => start('model: "model-a" metadata: [1]'),
    'INVALID_INPUT',
    'JSON object',
  ],
  ['a NUL in metadata', () => start('model: "model-a" metadata: {a: ["\\u0000"]}'), 'INVALID_INPUT', 'NUL'],
  ['a NUL in the title', () => start('model: "model-a" title: "a\\u0000"'), 'INVALID_INPUT', 'NUL'],
  [
    'an id that is already used for something else',
    () => start(`model: "model-a" id: "${promptId}"`),
    'CONFLICT',
    'is already in use',
  ],
  ['an empty prompt', () => send('content: " \\n"'), 'INVALID_INPUT', 'content is empty'],
  ['a huge prompt', () => send(`content: "${'é'.repeat(501)}"`), 'LIMIT_EXCEEDED', '1002 bytes'],
  ['a NUL in a prompt', () => send('content: "a\\u0000b"'), 'INVALID_INPUT', 'NUL'],
  ['half of a surrogate pair', () => send('content: "a\\ud83d"'), 'INVALID_INPUT', 'Invalid Unicode'],
  [
    'a prompt to a model not on offer',
    () => send('content: "a" model: "x"'),
    'INVALID_INPUT',
    'not on offer',
  ],
  [
    'a parent that does not exist',
    () => send(`content: "a" parentId: "${unknown}"`),
    'INVALID_INPUT',
    unknown,
  ],
  [
    'a temperature out of range',
    () => send('content: "a" parameters: {temperature: 3}'),
    'INVALID_INPUT',
    '0 to 2',
  ],
  ['zero tokens', () => send('content: "a" parameters: {maxTokens: 0}'), 'INVALID_INPUT', 'maxTokens 0'],
  [
    'five stop texts',
    () => send('content: "a" parameters: {stop: ["a","b","c","d","e"]}'),
    'LIMIT_EXCEEDED',
    'at most 4',
  ],
  [
    'an unknown conversation',
    () => mutation('sendMessage', `{conversationId: "${unknown}" content: "a"}`),
    'NOT_FOUND',
    unknown,
  ],
  [
    'a conversation id that is not an id',
    () => mutation('sendMessage', '{conversationId: "\\u0000" content: "a"}'),
    'NOT_FOUND',
    'no conversation',
  ],
  [
    'a prompt to an ended conversation',
    () => mutation('sendMessage', `{conversationId: "${endedId}" content: "a"}`),
    'CONFLICT',
    'ended',
  ],
  [
    'a message to an ended conversation',
    () => mutation('addMessage', `{conversationId: "${endedId}" role: USER content: "a"}`),
    'CONFLICT',
    'ended',
  ],
  [
    'ending a conversation that does not exist',
    () => mutation('endConversation', `{id: "${unknown}"}`),
    'NOT_FOUND',
    unknown,
  ],
  ['an empty message', () => add('content: ""'), 'INVALID_INPUT', 'content is empty'],
  [
    'text that is not an instant',
    () => add('content: "a" createdAt: "yesterday"'),
    'INVALID_INPUT',
    'yesterday',
  ],
  ['a role that does not exist', () => add('content: "a" role: ROBOT'), 'INVALID_INPUT', 'ROBOT'],
  [
    'a used id with different content',
    () => add(`content: "other" id: "${promptId}"`),
    'CONFLICT',
    'is already in use',
  ],
  [
    'a rating of a prompt',
    () => mutation('rateMessage', `{messageId: "${promptId}" rating: LIKE}`),
    'INVALID_INPUT',
    'not a reply',
  ],
  [
    'a rating of a message that does not exist',
    () => mutation('rateMessage', `{messageId: "${unknown}" rating: LIKE}`),
    'NOT_FOUND',
    unknown,
  ],
  ['a rating that does not exist', () => rate('rating: MEH'), 'INVALID_INPUT', 'MEH'],
  ['a rating without a rating', () => rate(''), 'INVALID_INPUT', 'Give a rating'],
  ['a score above 1', () => rate('score: 1.5'), 'INVALID_INPUT', 'score 1.5'],
  ['a score below 0', () => rate('score: -0.1'), 'INVALID_INPUT', 'score -0.1'],
  ['a score that is text', () => rate('score: "good"'), 'INVALID_INPUT', 'good'],
  ['feedback without feedback', () => submit(''), 'INVALID_INPUT', 'Give a comment'],
  ['a blank comment', () => submit('comment: " "'), 'INVALID_INPUT', 'comment is empty'],
  [
    '3,000 tags',
    () => submit(`tags: ${JSON.stringify(Array.from({ length: 3_000 }, () => 'a'))}`),
    'LIMIT_EXCEEDED',
    '3000 entries',
  ],
  ['a huge tag', () => submit(`tags: ["${'a'.repeat(101)}"]`), 'LIMIT_EXCEEDED', '101 bytes'],
  ['a huge correction', () => submit(`correction: "${'a'.repeat(1_001)}"`), 'LIMIT_EXCEEDED', '1001 bytes'],
  [
    'stopping a prompt',
    () => mutation('stopGeneration', `{messageId: "${promptId}"}`),
    'INVALID_INPUT',
    'not a reply',
  ],
  [
    'stopping a reply that does not exist',
    () => mutation('stopGeneration', `{messageId: "${unknown}"}`),
    'NOT_FOUND',
    unknown,
  ],
  ['a negative page', () => '{ conversations(first: -1) { nodes { id } } }', 'INVALID_INPUT', 'negative'],
  ['a page of 101', () => '{ conversations(first: 101) { nodes { id } } }', 'LIMIT_EXCEEDED', 'at most 100'],
  [
    'a page from both ends',
    () => '{ conversations(first: 1 last: 1) { nodes { id } } }',
    'INVALID_INPUT',
    'exclude each other',
  ],
  [
    'text that is not a cursor',
    () => '{ conversations(after: "rubbish") { nodes { id } } }',
    'INVALID_INPUT',
    'ursor',
  ],
  [
    'a page of 1,001 events',
    () => '{ events(first: 1001) { nodes { id } } }',
    'LIMIT_EXCEEDED',
    'at most 1000',
  ],
  [
    'a NUL in the topic of events',
    () => '{ events(topic: "a\\u0000") { nodes { id } } }',
    'INVALID_INPUT',
    'NUL',
  ],
  ...['topic', 'username', 'model'].map((name): (typeof cases)[number] => [
    `a NUL in the ${name} of conversations`,
    () => `{ conversations(${name}: "a\\u0000") { nodes { id } } }`,
    'INVALID_INPUT',
    'NUL',
  ]),
  ['a negative offset', () => '{ events(offset: -1) { nodes { id } } }', 'INVALID_INPUT', '-1'],
  ['half an offset', () => '{ events(offset: 1.5) { nodes { id } } }', 'INVALID_INPUT', '1.5'],
  [
    'text that is not an event cursor',
    () => '{ events(after: "rubbish") { nodes { id } } }',
    'INVALID_INPUT',
    'is not a cursor',
  ],
  [
    'a cursor of another topic',
    () => `{ events(after: "${Buffer.from('other@3').toString('base64url')}") { nodes { id } } }`,
    'INVALID_INPUT',
    'other',
  ],
  [
    'offset and cursor at once',
    () => `{ events(offset: 1 after: "${Buffer.from('default@3').toString('base64url')}") { nodes { id } } }`,
    'INVALID_INPUT',
    'not both',
  ],
];

describe('bad input', () => {
  it.each(cases)(
    '%s is refused with a code and a reason, and changes nothing',
    async (_title, query, code, reason) => {
      const before = await readAllRows();
      const { errors } = await test.client.send(query());
      expect([...new Set(errors.map(({ extensions }) => extensions.code))]).toEqual([code]);
      expect(errors[0]?.message).toContain(reason);
      expect(await readAllRows()).toEqual(before);
    },
  );

  it('half of a surrogate pair in a variable is refused too, in content, title and metadata', async () => {
    const half = 'a\ud83d';
    const before = await readAllRows();
    const answers = await Promise.all([
      test.client.ask(operations.SendMessageDocument, { input: { conversationId, content: half } }),
      test.client.ask(operations.StartConversationDocument, { input: { model: 'model-a', title: half } }),
      test.client.ask(operations.StartConversationDocument, {
        input: { model: 'model-a', metadata: { a: { [half]: 1 } } },
      }),
    ]);
    for (const { errors } of answers) {
      expect(errors[0]?.extensions.code).toBe('INVALID_INPUT');
      expect(errors[0]?.message).toContain('surrogate');
    }
    expect(await readAllRows()).toEqual(before);
  });

  it('what does not exist is null, and an unknown topic is empty', async () => {
    const { data, errors } = await test.client.send(
      `{ conversation(id: "${unknown}") { id } message(id: "1") { id } node(id: "\\u0000") { id }
         events(topic: "nowhere") { nodes { id } } late: events(offset: 9000000) { nodes { id } } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      conversation: null,
      message: null,
      node: null,
      events: { nodes: [] },
      late: { nodes: [] },
    });
  });
});
