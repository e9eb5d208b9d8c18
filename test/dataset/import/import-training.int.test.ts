// What the log holds after imports of training data, conversations and feedback of Open WebUI: of a file once, of a part
// of it, and after it has grown or changed.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { importFormats } from '../../../src/dataset/import/sources/sources.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createExporter, type Exporter } from '../../support/exported.ts';
import { createImporter, type Importer } from '../../support/imported.ts';
import {
  add,
  append,
  end,
  everything,
  impress,
  reply,
  rowsOf,
  running,
  start,
  update,
} from '../../support/log.ts';
import { answer, entry, other, prompt } from '../../support/open-webui.ts';
import { freshId } from '../../support/training-records.ts';

let database: TestDatabase;
let importer: Importer;
let exporter: Exporter;
beforeAll(async () => {
  database = await createTestDatabase();
  importer = createImporter(database.url);
  exporter = createExporter(database.url);
});
afterEach(async () => {
  await database.client.query(
    'TRUNCATE topic, event, conversation, message, feedback, conversation_feedback',
  );
});
afterAll(async () => {
  await exporter.close();
  await importer.close();
  await database.close();
});

type Name = keyof typeof importFormats;
const importAs = (name: Name, records: unknown[], topic = 'fruit') => {
  const lines = records.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return importer.importLines(lines, { format: importFormats[name], topic });
};
const rows = (table: 'event' | 'conversation' | 'message' | 'feedback') => rowsOf(database.client, table);
const feedback = async () =>
  (await database.client.query('SELECT username, rating, score, comment, tags, preferred_over FROM feedback'))
    .rows;

const exportedLines = async () => (await exporter.run('conversations', { usernames: true })).lines;

const user = { role: 'user', content: 'How many?' };
const good = { role: 'assistant', content: 'Three.' };
const bad = { role: 'assistant', content: 'Eleven.' };
const pair = { prompt: [user], chosen: [good], rejected: [bad] };

it('a pair becomes two siblings, of which one is preferred', async () => {
  expect(await importAs('dpo', [pair])).toEqual({ added: 5, known: 0, bad: [] });
  const messages = await database.client.query(
    'SELECT id, content, parent_id FROM message ORDER BY position',
  );
  const [asked, chosen, rejected] = messages.rows;
  expect([chosen.content, rejected.content]).toEqual(['Three.', 'Eleven.']);
  expect([chosen.parent_id, rejected.parent_id]).toEqual([asked.id, asked.id]);
  expect(await feedback()).toMatchObject([
    { username: 'imported', rating: null, preferred_over: [rejected.id] },
  ]);
  const events = await rows('event');
  expect(events.map((event) => Object(event).type)).toEqual([
    'START_CONVERSATION',
    'ADD_MESSAGE',
    'ADD_MESSAGE',
    'ADD_MESSAGE',
    'UPDATE_MESSAGE',
  ]);
});

it('a bad line is reported with its number, and does not affect other lines', async () => {
  const lines = [
    pair,
    '{',
    { ...pair, rejected: [good] },
    { prompt: [user] },
    { ...pair, chosen: [{ ...good, content: 'Four.' }] },
  ];
  const { added, bad: problems } = await importAs('dpo', lines);
  expect(added).toBe(10);
  expect(problems).toEqual([
    expect.stringMatching(/^2 The record is not JSON: /),
    '3 The two replies are the same: neither is better.',
    '4 chosen: must be a list of messages, {role, content}.',
  ]);
});

it('a file that has grown adds only what is new', async () => {
  const lines = [pair, { ...pair, prompt: [{ ...user, content: 'How many r?' }] }];
  await importAs('dpo', lines.slice(0, 1));
  expect(await importAs('dpo', lines)).toEqual({ added: 5, known: 5, bad: [] });
  expect(await rows('conversation')).toHaveLength(2);
});

it('a file can be imported into several topics', async () => {
  await importAs('dpo', [pair]);
  expect(await importAs('dpo', [pair], 'other')).toEqual({ added: 5, known: 0, bad: [] });
});

const timedAnswer = { ...answer, timestamp: 1_764_000_001 };
const conversation = async () => {
  await importAs('kto', [{ prompt: [user], completion: [good], label: true }]);
  const [line = ''] = await exportedLines();
  return JSON.parse(line);
};
const clear = () =>
  database.client.query('TRUNCATE topic, event, conversation, message, feedback, conversation_feedback');

it('a later file of a conversation adds messages, and replaces an author’s feedback', async () => {
  const first = await conversation();
  await clear();
  await importAs('conversations', [first]);
  const [asked, replied] = first.messages;
  const changed = { ...replied.feedback[0], rating: 'dislike', comment: 'No.', tags: ['wrong'] };
  const more = { ...asked, id: '01J7PTGBKBEYJHJAMZ9Q9EE9SD', parentId: replied.id, content: 'Sure?' };
  const later = { ...first, messages: [asked, { ...replied, feedback: [changed] }, more] };
  expect(await importAs('conversations', [later])).toEqual({ added: 2, known: 3, bad: [] });
  expect((await exportedLines()).map((line) => JSON.parse(line))).toEqual([later]);
  const withdrawn = { ...changed, comment: null, tags: [] };
  await importAs('conversations', [
    { ...later, messages: [asked, { ...replied, feedback: [withdrawn] }, more] },
  ]);
  expect(await feedback()).toMatchObject([{ rating: 'dislike', comment: null, tags: [] }]);
});

it('a like that was a dislike in between counts as a like, and importing earlier files changes nothing', async () => {
  const whole = await conversation();
  await clear();
  const [asked, replied] = whole.messages;
  const [first] = replied.feedback;
  const fileWith = (rating: string, minute: number) => {
    const changed = { ...first, rating, updatedAt: `2026-11-23T18:0${minute}:00.000Z` };
    return { ...whole, feedback: [], messages: [asked, { ...replied, feedback: [changed] }] };
  };
  const files = [fileWith('like', 1), fileWith('dislike', 2), fileWith('like', 3)];
  for (const file of files) await importAs('conversations', [file]);
  expect((await exportedLines()).map((line) => JSON.parse(line))).toEqual([files[2]]);
  const before = await everything(database.client);
  for (const file of files)
    expect(await importAs('conversations', [file])).toMatchObject({ added: 0, bad: [] });
  expect(await everything(database.client)).toEqual(before);
});

it('an export that is imported into its own topic adds only what is missing', async () => {
  const [conversationId, asked, replied, rejected] = [freshId(), freshId(), freshId(), freshId()];
  const { client } = database;
  const model = { actor: null, privileged: true };
  await append(client, [start(conversationId, { topic: 'fruit' }), add(conversationId, asked)]);
  await append(client, [running(conversationId, replied)]);
  const outcome = { status: 'stopped', content: 'Thr', reasoning: 'Count.', finish_reason: 'stop' };
  await append(client, [update(replied, outcome, model)]);
  await append(client, [reply(conversationId, rejected, { parent_id: asked, model: 'zephyr' })]);
  await append(client, [update(replied, { rating: 'like', preferred_over: [rejected] })]);
  await append(client, [impress(conversationId, { score: 0.5 }), end(conversationId)]);
  const lines = await exportedLines();
  const before = await everything(client);
  expect(await importer.importLines(lines, { format: importFormats.conversations })).toEqual({
    added: 0,
    known: 7,
    bad: [],
  });
  expect(await everything(client)).toEqual(before);

  await append(client, [update(replied, { rating: 'dislike' })]);
  expect(await importer.importLines(lines, { format: importFormats.conversations })).toMatchObject({
    added: 0,
  });
  expect(await feedback()).toMatchObject([{ rating: 'dislike' }]);

  const whole = JSON.parse(lines[0] ?? '');
  const [existing] = whole.messages[1].feedback;
  const more = { ...existing, username: 'eve', rating: 'dislike', preferredOver: [] };
  whole.messages[1].feedback = [existing, more];
  expect(await importAs('conversations', [whole])).toEqual({ added: 1, known: 7, bad: [] });
  whole.messages[0].content = 'Other?';
  expect((await importAs('conversations', [whole])).bad).toEqual([expect.stringContaining('has ended')]);
});

it('a reply and its outcome are one event, so that no server tries to end the reply', async () => {
  const whole = await conversation();
  await clear();
  const [asked, replied] = whole.messages;
  const cut = { ...replied, status: 'interrupted', reasoning: 'Count.', content: 'Thr' };
  await importAs('conversations', [{ ...whole, messages: [asked, cut] }]);
  const { rows: statuses } = await database.client.query(
    `SELECT payload ->> 'status' AS status FROM event ORDER BY "offset"`,
  );
  expect(statuses).toEqual([{ status: null }, { status: null }, { status: 'interrupted' }, { status: null }]);
});

it('a conversation that can’t be imported is a bad line, and adds nothing', async () => {
  const first = await conversation();
  await clear();
  const [asked, replied] = first.messages;
  const withReply = (fields: object) => ({ ...first, messages: [asked, { ...replied, ...fields }] });
  const { added, bad: problems } = await importAs('conversations', [
    withReply({ status: 'streaming' }),
    withReply({ id: 'a' }),
    { ...first, colour: 'red' },
    { ...first, messages: [{ ...asked, status: 'stopped' }] },
    withReply({ createdAt: 'yesterday' }),
    { ...first, model: { id: '', metadata: {} } },
  ]);
  expect(added).toBe(0);
  expect(problems).toEqual([
    `1 Message ${replied.id} was still streaming when it was exported: export the conversation again.`,
    '2 messages.1.id: must be a ULID, such as 01J7PTGBKBEYJHJAMZ9Q9EE9SD.',
    '3 The record: Unrecognized key: "colour".',
    `4 Message ${asked.id} has the outcome of a generation, but only a reply can: its role is user.`,
    '5 messages.1.createdAt: must be an instant such as 2026-11-23T18:00:00.000Z.',
    '6 model.id is empty: give a text that is not blank.',
  ]);
});

it('a line that would move a conversation to another topic, or contradicts the log, is bad', async () => {
  const first = await conversation();
  const before = await everything(database.client);
  const { bad: elsewhere } = await importAs('conversations', [first], 'other');
  expect(elsewhere).toEqual([expect.stringMatching(/^1 Conversation "\w+" is already in topic fruit/)]);
  const { bad: changed } = await importAs('conversations', [{ ...first, username: 'eve' }]);
  expect(changed).toEqual([
    expect.stringMatching(
      /^1 Conversation "\w+" is already in topic fruit, where it started with other values/,
    ),
  ]);
  expect(await everything(database.client)).toEqual(before);
});

it('feedback of Open WebUI on one chat becomes one conversation, whichever snapshot comes first', async () => {
  const follow = { ...prompt, id: 'q', parentId: 'a', content: 'Sure?' };
  const first = entry({
    data: { comment: 'Good.', sibling_model_ids: ['llama'] },
    messages: [prompt, timedAnswer, other],
  });
  const second = entry({
    id: 'f2',
    data: { rating: -1 },
    meta: { message_id: 'b' },
    messages: [prompt, timedAnswer, other, follow],
  });
  const file = [`[${JSON.stringify(first)},`, `${JSON.stringify(second)}]`];
  expect(await importAs('open-webui', file)).toEqual({ added: 7, known: 3, bad: [] });
  expect(await rows('conversation')).toMatchObject([
    { username: 'ada-id', title: 'Letters', model_id: 'zephyr' },
  ]);
  const messages = await rows('message');
  const idOf = (original: string) =>
    messages.map((row) => Object(row)).find(({ metadata }) => metadata.open_webui_id === original)?.id;
  expect(await feedback()).toEqual([
    {
      username: 'ada-id',
      rating: 'like',
      score: null,
      comment: 'Good.',
      tags: [],
      preferred_over: [idOf('b')],
    },
    { username: 'ada-id', rating: 'dislike', score: null, comment: null, tags: [], preferred_over: [] },
  ]);
  const before = await everything(database.client);
  expect(await importAs('open-webui', file)).toEqual({ added: 0, known: 9, bad: [] });
  expect(await everything(database.client)).toEqual(before);
  expect(await importAs('open-webui', [second, first])).toEqual({ added: 0, known: 9, bad: [] });
});

it('feedback of Open WebUI that has changed replaces what was imported before', async () => {
  await importAs('open-webui', [entry({ data: { comment: 'Good.', tags: ['maths'] } })]);
  await importAs('open-webui', [entry({ data: { rating: -1, reason: 'lazy' } })]);
  expect(await feedback()).toMatchObject([{ rating: 'dislike', comment: null, tags: ['lazy'] }]);
});

it('a bad entry of Open WebUI is reported with its number in the array', async () => {
  const { added, bad: problems } = await importAs('open-webui', [
    `[${JSON.stringify(entry({ data: { rating: 7 } }))},\n\n${JSON.stringify(entry())}, {}]`,
  ]);
  expect(added).toBe(4);
  expect(problems).toEqual(['1 data.rating: must be 1 or -1.', expect.stringMatching(/^3 id: /)]);
});
