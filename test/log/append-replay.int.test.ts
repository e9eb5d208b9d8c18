import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, end, everything, type Item, reply, start, update } from '../support/log.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const eve = { actor: 'eve' };
const judge = { actor: 'judge', privileged: true };

function history() {
  const [conversation, prompt, answer] = [newId(), newId(), newId()];
  const appends: Item[][] = [
    [start(conversation), add(conversation, prompt), reply(conversation, answer)],
    [update(answer, { rating: 'like' })],
    [add(conversation, newId())],
    [end(conversation)],
  ];
  return { conversation, answer, appends };
}

async function appendAll(appends: Item[][]) {
  const answers = [];
  for (const items of appends) answers.push(await append(database.client, items));
  return answers;
}

it('a repeated append gets the same answer and changes nothing, even after the end', async () => {
  const { appends } = history();
  const first = await appendAll(appends);
  const before = await everything(database.client);
  const again = first.map((answers) => answers.map((answer) => ({ ...answer, replayed: true })));
  expect(await appendAll(appends)).toEqual(again);
  expect(await appendAll(appends.toReversed())).toEqual(again.toReversed());
  expect(await everything(database.client)).toEqual(before);
});

it('a message with another timestamp counts as repeated, also if others came after it', async () => {
  const { conversation, appends } = history();
  await appendAll(appends.slice(0, 1));
  const message = add(conversation, newId());
  const [first] = await append(database.client, message);
  await append(database.client, add(conversation, newId()));
  const later = { ...message, payload: { ...message.payload, timestamp: '2026-11-23T11:00:00Z' } };
  expect(await append(database.client, later)).toEqual([{ ...first, replayed: true }]);
  const elsewhere = { ...message, payload: { ...message.payload, parent_id: null } };
  expect(await append(database.client, elsewhere)).toMatchObject([{ refusal: 'ID_TAKEN' }]);
});

it('a longer append with the same first events is not a repetition', async () => {
  const { conversation, appends } = history();
  await appendAll(appends.slice(0, 3));
  const open = [...(appends[0] ?? []), add(conversation, newId())];
  expect((await append(database.client, open)).map(({ refusal }) => refusal)).toEqual([
    'ID_TAKEN',
    'ID_TAKEN',
    'ID_TAKEN',
    'APPEND_REFUSED',
  ]);
  await appendAll(appends.slice(3));
  const before = await everything(database.client);
  const longer = [...(appends[0] ?? []), add(conversation, newId())];
  expect((await append(database.client, longer)).map(({ refusal }) => refusal)).toEqual([
    'APPEND_REFUSED',
    'APPEND_REFUSED',
    'APPEND_REFUSED',
    'ENDED',
  ]);
  expect(await everything(database.client)).toEqual(before);
});

it.for([
  { name: 'rating', change: { rating: 'dislike' } },
  { name: 'comment', change: { feedback: 'no' } },
  { name: 'withdrawal', change: { rating: null } },
])('an event with an existing id and a different $name is refused', async ({ change }) => {
  const { appends, answer } = history();
  await appendAll(appends);
  const id = appends[1]?.[0]?.id ?? '';
  expect(await append(database.client, update(answer, { rating: 'like', ...change }, { id }))).toMatchObject([
    { refusal: 'ID_TAKEN', detail: answer },
  ]);
});

it('the same conversation in another topic is refused', async () => {
  const { appends } = history();
  await appendAll(appends);
  const [first] = appends[0] ?? [];
  if (first === undefined) throw new Error('It starts.');
  expect(await append(database.client, { ...first, topic: 'elsewhere' })).toMatchObject([
    { refusal: 'ID_TAKEN' },
  ]);
});

describe('the event of another actor', () => {
  it('does not reveal its offset or its existence to a stranger', async () => {
    const { appends } = history();
    await appendAll(appends);
    const foreign = appends.map((items) => items.map((item) => ({ ...item, ...eve })));
    const answers = (await appendAll(foreign)).map((answer) => answer.map(({ refusal }) => refusal));
    expect(answers).toEqual([
      ['ID_TAKEN', 'NO_CONVERSATION', 'NO_CONVERSATION'],
      ['NO_MESSAGE'],
      ['NO_CONVERSATION'],
      ['NO_CONVERSATION'],
    ]);
  });

  it('is refused to another actor who may write to the conversation', async () => {
    const { appends } = history();
    await appendAll(appends);
    const like = appends[1]?.map((item) => ({ ...item, ...judge })) ?? [];
    expect(await append(database.client, like)).toMatchObject([{ refusal: 'ID_TAKEN' }]);
  });

  it('is repeated for another actor if it is the end of the conversation', async () => {
    const { appends } = history();
    const [, , , ended] = await appendAll(appends);
    const again = appends[3]?.map((item) => ({ ...item, ...judge })) ?? [];
    expect(await append(database.client, again)).toEqual([{ ...ended?.[0], replayed: true }]);
  });
});

it('an append of new events is deferred behind one that repeats events of the conversation', async () => {
  const { appends, conversation } = history();
  await appendAll(appends.slice(0, 3));
  const answers = await append(database.client, ...appends.slice(0, 3), end(conversation));
  expect(answers.map(({ replayed, refusal }) => refusal ?? replayed)).toEqual([
    true,
    true,
    true,
    'RETRY_NEXT_BATCH',
    'RETRY_NEXT_BATCH',
    'RETRY_NEXT_BATCH',
  ]);
});
