import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/log.ts';
import { startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

async function add(conversationId: string, role: operations.Role, parentId?: string): Promise<string> {
  const input = {
    conversationId,
    id: newId(),
    role,
    content: 'hello',
    ...(parentId === undefined ? {} : { parentId }),
  };
  await test.client.run(operations.AddMessageDocument, { input });
  return input.id;
}

/** A conversation with three replies to one prompt. */
async function startTalk(topic = 'default') {
  const conversationId = await startConversation(test.client, { topic });
  const prompt = await add(conversationId, 'USER');
  const replies = [];
  for (let count = 0; count < 3; count += 1) replies.push(await add(conversationId, 'ASSISTANT', prompt));
  const [first = '', second = '', third = ''] = replies;
  return { conversationId, prompt, first, second, third };
}
type Talk = Awaited<ReturnType<typeof startTalk>>;

const prefer = (input: operations.PreferReplyInput) =>
  test.client.ask(operations.PreferReplyDocument, { input });

async function choicesIn({ conversationId }: Talk): Promise<Record<string, unknown>[]> {
  const { rows } = await test.database.client.query<Record<string, unknown>>(
    `SELECT message_id, username, source, preferred_over, tied_with
     FROM feedback JOIN message ON message.id = message_id
     WHERE conversation_id = $1 AND (preferred_over <> '{}' OR tied_with <> '{}')
     ORDER BY message_id, username`,
    [conversationId],
  );
  return rows;
}

const choice = { username: 'local', source: 'end_user', preferred_over: [], tied_with: [] };

describe('a choice among replies', () => {
  it("replaces the author's earlier choice among them, and no choice of others", async () => {
    const talk = await startTalk();
    const { first, second, third } = talk;
    const chosen = await prefer({ chosenId: first, rejectedIds: [second, third] });
    expect(chosen.data?.preferReply.feedback).toMatchObject({
      preferredOver: [second, third],
      tiedWith: [],
    });
    await prefer({ chosenId: first, rejectedIds: [second], username: 'bob' });
    await prefer({ chosenId: third, rejectedIds: [second] });
    expect(await choicesIn(talk)).toEqual([
      { ...choice, message_id: first, username: 'bob', preferred_over: [second] },
      { ...choice, message_id: third, preferred_over: [second] },
    ]);
  });

  it('can be a tie, which replaces an earlier choice', async () => {
    const talk = await startTalk();
    const { first, second, third } = talk;
    await prefer({ chosenId: third, rejectedIds: [second] });
    const { data } = await prefer({ chosenId: second, rejectedIds: [first], tie: true });
    expect(data?.preferReply.feedback).toMatchObject({ preferredOver: [], tiedWith: [first] });
    expect(await choicesIn(talk)).toEqual([{ ...choice, message_id: second, tied_with: [first] }]);
  });

  it('is withdrawn with null, and leaves no record', async () => {
    const talk = await startTalk();
    const { first, second } = talk;
    await prefer({ chosenId: second, rejectedIds: [first], tie: true });
    await prefer({ chosenId: first, rejectedIds: [second], username: 'bob' });
    const { data } = await prefer({ chosenId: second, rejectedIds: null });
    expect(data?.preferReply.feedback).toBeNull();
    await prefer({ chosenId: first, rejectedIds: null, username: 'bob' });
    expect(await choicesIn(talk)).toEqual([]);
  });

  it.each<[string, (talk: Talk) => operations.PreferReplyInput, string]>([
    ['without other replies', ({ first }) => ({ chosenId: first, rejectedIds: [] }), 'rejectedIds is empty'],
    ['without rejectedIds', ({ first }) => ({ chosenId: first }), 'Give rejectedIds'],
    [
      'of a reply over itself',
      ({ first }) => ({ chosenId: first, rejectedIds: [first] }),
      'compared with itself',
    ],
    [
      'over a message that is not a sibling',
      ({ first, second, prompt }) => ({ chosenId: first, rejectedIds: [second, prompt] }),
      'is not a sibling of the chosen reply',
    ],
    [
      'over a reply that is named twice',
      ({ first, second }) => ({ chosenId: first, rejectedIds: [second, second] }),
      'twice: name each reply once',
    ],
    [
      'over a message that does not exist',
      ({ first }) => ({ chosenId: first, rejectedIds: [newId()] }),
      'is not a sibling',
    ],
    ['of a prompt', ({ first, prompt }) => ({ chosenId: prompt, rejectedIds: [first] }), 'is not a reply'],
    [
      'over too many replies',
      ({ first }) => ({ chosenId: first, rejectedIds: Array.from({ length: 101 }, newId) }),
      'at most 100',
    ],
  ])('is refused and changes nothing: %s', async (_name, inputOf, message) => {
    const input = inputOf(await startTalk());
    const before = await everything(test.database.client);
    const { errors } = await prefer(input);
    expect(errors[0]?.message).toContain(message);
    expect(await everything(test.database.client)).toEqual(before);
  });
});

describe('feedback on a conversation', () => {
  const rate = (input: operations.RateConversationInput) =>
    test.client.ask(operations.RateConversationDocument, { input });

  it('is one record per author and source, updated by each change, also after the end', async () => {
    const id = await startConversation(test.client);
    await rate({ id, rating: 'LIKE', comment: 'helped' });
    await test.client.run(operations.EndConversationDocument, { input: { id } });
    const { data } = await rate({ id, score: 0.5, tags: ['fast'] });
    expect(data?.rateConversation.feedback).toEqual({
      username: 'local',
      source: 'END_USER',
      rating: 'LIKE',
      score: 0.5,
      comment: 'helped',
      tags: ['fast'],
    });
    const withdrawn = await rate({ id, rating: null, score: null, comment: null, tags: null });
    expect(withdrawn.data?.rateConversation.feedback).toBeNull();
  });

  it.each([
    [{}, 'Give a rating'],
    [{ score: 1.5 }, 'score 1.5 is out of range'],
    [{ score: 0.5, username: '' }, 'username is empty'],
    [{ score: 0.5, username: 'eve\n' }, 'username "eve\\n" begins or ends with a space'],
    [{ id: newId(), score: 0.5 }, 'There is no conversation'],
    [{ tags: Array.from({ length: 10_000 }, (_, index) => `${index}`) }, 'tags has 10000 entries'],
  ])('is refused and changes nothing: %j', async (input, message) => {
    const id = await startConversation(test.client);
    const before = await everything(test.database.client);
    expect((await rate({ id, ...input })).errors[0]?.message).toContain(message);
    expect(await everything(test.database.client)).toEqual(before);
  });
});

describe('a signal', () => {
  it('counts once per reply and author, and repeating it writes nothing', async () => {
    const { conversationId, first } = await startTalk('signals');
    // Within a minute after its last reply: that is the signal ENDED.
    await test.client.run(operations.EndConversationDocument, { input: { id: conversationId } });
    const record = (username: string) =>
      test.client.run(operations.RecordSignalDocument, {
        input: { messageId: first, signal: 'COPIED', username },
      });
    for (const username of ['ada', 'ada', 'bob', 'ada']) await record(username);
    const { rows } = await test.database.client.query(
      `SELECT username FROM signal WHERE signal = 'copied' AND message_id = $1 ORDER BY 1`,
      [first],
    );
    expect(rows).toEqual([{ username: 'ada' }, { username: 'bob' }]);
    const events = await test.database.client.query(
      `SELECT FROM event WHERE conversation_id = $1 AND payload ? 'signal'`,
      [conversationId],
    );
    expect(events.rowCount).toBe(2);
    const { ratingStats } = await test.client.run(operations.RatingStatsDocument, { topic: 'signals' });
    expect(ratingStats.rows[0]?.signals).toEqual([
      { signal: 'REGENERATED', count: 2 },
      { signal: 'ENDED', count: 1 },
      { signal: 'COPIED', count: 2 },
    ]);
    expect(ratingStats.rows[0]).toMatchObject({ replies: 3, rated: 0, likes: 0 });
  });
});

describe('the settings of a topic', () => {
  const configure = (input: operations.ConfigureTopicInput) =>
    test.client.ask(operations.ConfigureTopicDocument, { input });
  const tags = [
    { key: 'wrong', label: 'It is wrong' },
    { key: 'long', label: 'Too long' },
  ];

  it('are the tags that clients should offer, in order, also before the first event', async () => {
    const { data } = await configure({ name: 'ahead', tags });
    expect(data?.configureTopic.topic).toEqual({ name: 'ahead', suggestedTags: tags });
    await startConversation(test.client, { topic: 'ahead' });
    await configure({ name: 'ahead', tags: tags.slice(1) });
    const { suggestedTags } = await test.client.run(operations.SuggestedTagsDocument, { topic: 'ahead' });
    expect(suggestedTags).toEqual(tags.slice(1));
    expect(
      (await test.client.run(operations.SuggestedTagsDocument, { topic: 'none' })).suggestedTags,
    ).toEqual([]);
  });

  it.each([
    [{ name: '', tags }, 'is not a valid name'],
    [{ name: 'ahead', tags: [...tags, ...tags] }, 'tags contains the key "wrong" twice'],
    [{ name: 'ahead', tags: [{ key: ' ', label: 'x' }] }, 'A tag is empty'],
    [{ name: 'ahead', tags: [{ key: 'x', label: '' }] }, 'A label is empty'],
  ])('are refused: %j', async (input, message) => {
    expect((await configure(input)).errors[0]?.message).toContain(message);
  });
});
