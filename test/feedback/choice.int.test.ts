import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { everything } from '../support/log.ts';
import { startConversation } from '../support/talk.ts';

let test: TestApp;
let siblings: string[];
let prompt: string;
let conversationId: string;
beforeAll(async () => {
  test = await startTestApp();
  conversationId = await startConversation(test.client);
  [prompt, siblings] = [newId(), [newId(), newId(), newId()]];
  await add(prompt, 'USER');
  for (const id of siblings) await add(id, 'ASSISTANT', prompt);
});
afterAll(() => test.stop());

async function add(id: string, role: operations.Role, parentId?: string): Promise<void> {
  const input = {
    conversationId,
    id,
    role,
    content: 'hello',
    ...(parentId === undefined ? {} : { parentId }),
  };
  await test.client.run(operations.AddMessageDocument, { input });
}

const at = (index: number) => siblings[index] ?? '';
const prefer = (input: operations.PreferReplyInput) =>
  test.client.ask(operations.PreferReplyDocument, { input });

async function choices(): Promise<Record<string, unknown>[]> {
  const { rows } = await test.database.client.query<Record<string, unknown>>(
    `SELECT message_id, username, source, preferred_over, tied_with FROM feedback
     WHERE preferred_over <> '{}' OR tied_with <> '{}' ORDER BY message_id, username`,
  );
  return rows;
}

const own = { username: 'local', source: 'end_user', tied_with: [] };

describe('a choice among replies', () => {
  it('replaces the one that its author had made at another of them, and no one else’s', async () => {
    const first = await prefer({ chosenId: at(0), rejectedIds: [at(1), at(2)] });
    expect(first.data?.preferReply.feedback).toMatchObject({ preferredOver: [at(1), at(2)], tiedWith: [] });
    await prefer({ chosenId: at(0), rejectedIds: [at(1)], username: 'bob' });
    await prefer({ chosenId: at(2), rejectedIds: [at(1)] });
    expect(await choices()).toEqual([
      { ...own, message_id: at(0), username: 'bob', preferred_over: [at(1)] },
      { ...own, message_id: at(2), preferred_over: [at(1)] },
    ]);
  });

  it('may be that they are as good', async () => {
    const { data } = await prefer({ chosenId: at(1), rejectedIds: [at(0)], tie: true });
    expect(data?.preferReply.feedback).toMatchObject({ preferredOver: [], tiedWith: [at(0)] });
    expect(await choices()).toContainEqual({
      ...own,
      message_id: at(1),
      preferred_over: [],
      tied_with: [at(0)],
    });
  });

  it('is withdrawn with null, and leaves nothing', async () => {
    const { data } = await prefer({ chosenId: at(1), rejectedIds: null });
    expect(data?.preferReply.feedback).toBeNull();
    await prefer({ chosenId: at(0), rejectedIds: null, username: 'bob' });
    expect(await choices()).toEqual([]);
  });

  it.each([
    ['an empty one', () => ({ chosenId: at(0), rejectedIds: [] }), 'rejectedIds is empty'],
    ['one that says nothing', () => ({ chosenId: at(0) }), 'Give rejectedIds'],
    ['of a reply over itself', () => ({ chosenId: at(0), rejectedIds: [at(0)] }), 'compared with itself'],
    [
      'over what is no sibling',
      () => ({ chosenId: at(0), rejectedIds: [at(1), prompt] }),
      'can’t be compared',
    ],
    [
      'over one that is named twice',
      () => ({ chosenId: at(0), rejectedIds: [at(1), at(1)] }),
      `twice: name each reply once`,
    ],
    ['over what is not there', () => ({ chosenId: at(0), rejectedIds: [newId()] }), 'can’t be compared'],
    ['of a prompt', () => ({ chosenId: prompt, rejectedIds: [at(0)] }), 'is not a reply'],
    [
      'over too many',
      () => ({ chosenId: at(0), rejectedIds: Array.from({ length: 101 }, newId) }),
      'at most 100',
    ],
  ])('is refused, and changes nothing: %s', async (_name, input, message) => {
    const before = await everything(test.database.client);
    const { errors } = await prefer(input());
    expect(errors[0]?.message.replace("'", '’')).toContain(message);
    expect(await everything(test.database.client)).toEqual(before);
  });
});

describe('feedback on a conversation', () => {
  const rate = (input: Partial<operations.RateConversationInput>) =>
    test.client.ask(operations.RateConversationDocument, { input: { id: conversationId, ...input } });

  it('is one record per author and source, which each change completes, and is taken after its end', async () => {
    await rate({ rating: 'LIKE', comment: 'helped' });
    await test.client.run(operations.EndConversationDocument, { input: { id: conversationId } });
    const { data } = await rate({ score: 0.5, tags: ['fast'] });
    expect(data?.rateConversation.feedback).toEqual({
      ...{ username: 'local', source: 'END_USER' },
      ...{ rating: 'LIKE', score: 0.5, comment: 'helped', tags: ['fast'] },
    });
    const gone = await rate({ rating: null, score: null, comment: null, tags: null });
    expect(gone.data?.rateConversation.feedback).toBeNull();
  });

  it.each([
    [{}, 'Give a rating'],
    [{ score: 1.5 }, 'score 1.5 is out of range'],
    [{ score: 0.5, username: '' }, 'username is empty'],
    [{ score: 0.5, username: 'eve\n' }, 'username "eve\\n" begins or ends with a space'],
    [{ id: newId(), score: 0.5 }, 'There is no conversation'],
    [{ tags: Array.from({ length: 10_000 }, (_, index) => `${index}`) }, 'tags has 10000 entries'],
  ])('is refused, and changes nothing: %j', async (input, message) => {
    const before = await everything(test.database.client);
    expect((await rate(input)).errors[0]?.message).toContain(message);
    expect(await everything(test.database.client)).toEqual(before);
  });
});

describe('a signal', () => {
  it('counts once per reply and author, and told again writes nothing', async () => {
    const record = (username: string) =>
      test.client.run(operations.RecordSignalDocument, {
        input: { messageId: at(0), signal: 'COPIED', username },
      });
    for (const username of ['ada', 'ada', 'bob', 'ada']) await record(username);
    const { rows } = await test.database.client.query(
      `SELECT username FROM signal WHERE signal = 'copied' ORDER BY 1`,
    );
    expect(rows).toEqual([{ username: 'ada' }, { username: 'bob' }]);
    const events = await test.database.client.query(`SELECT FROM event WHERE payload ? 'signal'`);
    expect(events.rowCount).toBe(2);
    const { ratingStats } = await test.client.run(operations.RatingStatsDocument, {});
    expect(ratingStats.rows[0]?.signals).toEqual([
      { signal: 'REGENERATED', count: 2 },
      // The conversation was ended above, right after its last reply.
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

  it('are the tags that clients suggest, in their order, also ahead of the first event', async () => {
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
    [{ name: 'ahead', tags: [...tags, ...tags] }, 'The tag "wrong" is there twice'],
    [{ name: 'ahead', tags: [{ key: ' ', label: 'x' }] }, 'A tag is empty'],
    [{ name: 'ahead', tags: [{ key: 'x', label: '' }] }, 'A label is empty'],
  ])('are refused: %j', async (input, message) => {
    expect((await configure(input)).errors[0]?.message).toContain(message);
  });
});
