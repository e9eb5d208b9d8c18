// What lines of the reference leave in the log: by themselves, again, in part, and where they contradict it.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { added, asJson, ended, printed, started, updated } from '../../support/ensign.ts';
import { createImporter, type Importer } from '../../support/imported.ts';
import { everything, rowsOf } from '../../support/log.ts';

let database: TestDatabase;
let importer: Importer;
beforeAll(async () => {
  database = await createTestDatabase();
  importer = createImporter(database.url);
});
afterEach(async () => {
  await database.client.query('TRUNCATE topic, event, conversation, message, feedback');
});
afterAll(async () => {
  await importer.close();
  await database.close();
});

const ulid = '01J7PTGBKBEYJHJAMZ9Q9EE9SD';
const otherUlid = '01J7PTGBKBEYJHJAMZ9Q9EE9SE';
const like = updated('a', '2', { rating: 'like' });
const dislike = updated('a', '2', { rating: 'dislike' });
const prompt = added('a', '1', { role: 'user' });
const reply = added('a', '2');
const history = [started('a', { username: 'ada' }), prompt, reply, like, dislike, like].map(printed);

const rows = (table: 'event' | 'conversation' | 'message' | 'feedback') => rowsOf(database.client, table);
const feedbackOf = async () =>
  (await database.client.query('SELECT username, rating, score, comment FROM feedback')).rows;

it('what was said again after something else counts: like, dislike, like is a like', async () => {
  expect(await importer.importLines(history)).toEqual({ added: 6, known: 0, bad: [] });
  expect(await feedbackOf()).toEqual([{ username: 'ada', rating: 'like', score: null, comment: null }]);
  const events = await rows('event');
  expect(events.map((event) => Object(event).actor)).toEqual(Array.from({ length: 6 }, () => 'ada'));
  expect(events.map((event) => Object(event).version)).toEqual([1, 2, 3, 4, 5, 6]);
});

it('imported again, changes nothing; grown, adds only what is new', async () => {
  await importer.importLines(history);
  const before = await everything(database.client);
  expect(await importer.importLines(history)).toEqual({ added: 0, known: 6, bad: [] });
  expect(await everything(database.client)).toEqual(before);
  const grown = [
    ...history,
    printed(dislike),
    printed(ended('a')),
    printed(started('b')),
    printed(added('b', '1')),
  ];
  expect(await importer.importLines(grown)).toEqual({ added: 4, known: 6, bad: [] });
  expect(await feedbackOf()).toMatchObject([{ rating: 'dislike' }]);
  expect(await importer.importLines(grown)).toEqual({ added: 0, known: 10, bad: [] });
});

it('a comment does not withdraw the rating before it, None does', async () => {
  await importer.importLines([...history, printed(updated('a', '2', { feedback: 'Good.' }))]);
  expect(await feedbackOf()).toMatchObject([{ rating: 'like', comment: 'Good.' }]);
  await importer.importLines([
    printed(updated('a', '2', { rating: 0.5 })),
    printed(updated('a', '2', { rating: null })),
  ]);
  expect(await feedbackOf()).toMatchObject([{ rating: null, score: null, comment: 'Good.' }]);
  await importer.importLines([printed(updated('a', '2', { feedback: null }))]);
  expect(await feedbackOf()).toEqual([]);
});

it('a rating that stands in a message is feedback of it', async () => {
  const lines = [started('a'), added('a', '1', { rating: 'dislike', feedback: 'No.' })].map(printed);
  expect(await importer.importLines(lines)).toEqual({ added: 3, known: 0, bad: [] });
  expect(await feedbackOf()).toMatchObject([{ username: 'imported', rating: 'dislike', comment: 'No.' }]);
  const users = [printed(started('b')), printed(added('b', '1', { role: 'user', rating: 'like' }))];
  const { added: count, bad } = await importer.importLines(users);
  expect(count).toBe(2);
  expect(bad).toEqual(['2 Message "1" is not a reply: only messages of the assistant accept feedback.']);
});

it('times come as exact as the tables hold them, and ULIDs tell when a conversation began', async () => {
  const lines = [
    started(ulid),
    added(ulid, '1', { timestamp: '2024-09-13T18:11:48.123999' }),
    ended(ulid, { timestamp: '2024-09-14T00:00:00Z' }),
  ];
  await importer.importLines(lines.map(printed));
  const { rows: times } = await database.client.query(
    'SELECT started_at, created_at, ended_at FROM conversation, message',
  );
  expect(times).toEqual([
    {
      started_at: new Date('2024-09-13T23:11:47.819Z'),
      created_at: new Date('2024-09-13T18:11:48.124Z'),
      ended_at: new Date('2024-09-14T00:00:00Z'),
    },
  ]);
  expect(await rows('event')).toMatchObject([
    {},
    { payload: { timestamp: '2024-09-13T18:11:48.123999' } },
    {},
  ]);
});

it('messages with the same id in different conversations are different, and metadata tells which they were', async () => {
  const lines = [
    started('a'),
    added('a', '1'),
    started(ulid),
    added(ulid, '1'),
    added(ulid, otherUlid, { tokens: 7 }),
  ];
  await importer.importLines(lines.map(printed));
  const messages = await rows('message');
  expect(messages).toHaveLength(3);
  expect(messages.filter((message) => Object(message).metadata.ensign_id === '1')).toHaveLength(2);
  expect(messages.find((message) => Object(message).id === otherUlid)).toMatchObject({
    metadata: { tokens: 7 },
  });
  const conversations = await rows('conversation');
  expect(conversations.find((one) => Object(one).id !== ulid)).toMatchObject({
    metadata: { ensign_id: 'a' },
  });
});

it('a message without a conversation before it begins one, which later lines continue', async () => {
  const tail = [reply, dislike, ended('a')].map(printed);
  expect(await importer.importLines(tail, { username: 'eve' })).toEqual({ added: 4, known: 0, bad: [] });
  expect(await rows('conversation')).toMatchObject([
    { model_id: 'unknown', username: 'eve', metadata: { ensign_start: 'implicit', ensign_id: 'a' } },
  ]);
  // The conversation stays Eve's, whoever is named now.
  expect(await importer.importLines(tail)).toEqual({ added: 0, known: 3, bad: [] });
  expect(await feedbackOf()).toMatchObject([{ username: 'eve', rating: 'dislike' }]);
});

it('a part of a file continues what the log has, and overlaps it', async () => {
  await importer.importLines(history.slice(0, 4));
  expect(await importer.importLines(history.slice(2))).toEqual({ added: 2, known: 2, bad: [] });
  expect(await rows('conversation')).toMatchObject([{ model_id: 'zephyr', username: 'ada' }]);
});

it('what refers to nothing is a bad line, and leaves nothing', async () => {
  const lines = [
    ended('gone'),
    like,
    prompt,
    updated('a', '9', { rating: 'like' }),
    updated('a', '1', { rating: 'like' }),
  ];
  const { added: count, bad } = await importer.importLines(lines.map(printed));
  expect(count).toBe(2);
  expect(bad).toEqual([
    '1 There is no conversation "gone": nothing before this line begins it.',
    '2 There is no conversation "a": nothing before this line begins it.',
    '4 There is no message "9" that you may write to.',
    '5 Message "1" is not a reply: only messages of the assistant accept feedback.',
  ]);
});

it('what contradicts the log is a bad line, and changes nothing', async () => {
  await importer.importLines([...history, printed(ended('a'))]);
  const before = await everything(database.client);
  const lines = [
    started('a', { username: 'ada', model: 'other' }),
    added('a', '2', { content: 'other' }),
    added('a', '3'),
    started('a', { username: 'eve' }),
    reply,
  ];
  const { known, bad } = await importer.importLines(lines.map(printed));
  expect(known).toBe(1);
  expect(bad).toEqual([
    '1 Conversation "a" is in topic fruit already, and began with other values there.',
    expect.stringMatching(/^2 The id "2" is already in use/),
    '3 The conversation has ended and accepts no more messages: start a new one.',
    '4 Conversation "a" is in topic fruit already, and began with other values there.',
  ]);
  expect(await everything(database.client)).toEqual(before);
});

it('a conversation with a ULID stays in its topic, and nothing is added to it from another', async () => {
  const lines = [started(ulid), added(ulid, '1')].map(printed);
  await importer.importLines(lines);
  const before = await everything(database.client);
  const elsewhere = await importer.importLines([...lines, printed(added(ulid, '2'))], { topic: 'other' });
  const reason = `Conversation "${ulid}" is in topic fruit already: it can't be in other too.`;
  expect(elsewhere).toEqual({ added: 0, known: 0, bad: [`1 ${reason}`, `2 ${reason}`, `3 ${reason}`] });
  expect(await everything(database.client)).toEqual(before);
});

it('a message with a ULID takes updates in its own conversation alone', async () => {
  const lines = [
    started('a'),
    added('a', otherUlid),
    started('b'),
    added('b', '1'),
    updated('b', otherUlid, { rating: 'like' }),
  ];
  const { bad } = await importer.importLines(lines.map(printed));
  expect(bad).toEqual([`5 There is no message ${otherUlid} that you may write to.`]);
  expect(await feedbackOf()).toEqual([]);
});

it('both formats are the same, and may be mixed', async () => {
  const said = [started('a', { username: 'ada' }), prompt, reply, like, dislike, like];
  const mixed = said.map((one, index) => (index % 2 === 0 ? asJson(one) : printed(one)));
  expect(await importer.importLines(mixed)).toEqual({ added: 6, known: 0, bad: [] });
  expect(await importer.importLines(history)).toEqual({ added: 0, known: 6, bad: [] });
});

it('more conversations than are remembered are imported whole', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `c${index}`);
  const lines = [
    ...names.map((name) => started(name)),
    ...names.map((name) => added(name, '1')),
    ...names.map((name) => updated(name, '1', { rating: 'like' })),
  ];
  expect(await importer.importLines(lines.map(printed))).toEqual({ added: 900, known: 0, bad: [] });
  expect(await feedbackOf()).toHaveLength(300);
});
