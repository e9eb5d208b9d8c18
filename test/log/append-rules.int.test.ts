import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  add,
  append,
  end,
  everything,
  type Item,
  reply,
  running,
  start,
  startWithReply,
  update,
} from '../support/log.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const eve = { actor: 'eve' };
type World = Awaited<ReturnType<typeof startWithReply>> & {
  other: Awaited<ReturnType<typeof startWithReply>>;
  streaming: string;
  ended: string;
  known: Item;
};

async function createWorld(): Promise<World> {
  const { client } = database;
  const ended = newId();
  const world = await startWithReply(client);
  const known = update(world.answer, { rating: 'like' });
  const streaming = newId();
  await append(client, [start(ended), add(ended, newId())]);
  await append(client, end(ended), known, running(world.conversation, streaming));
  return { ...world, other: await startWithReply(client, 'other'), streaming, ended, known };
}

type Refused = { refusal: string; detail?: (world: World) => string; items: (world: World) => Item[] };
const refused: Record<string, Refused> = {
  'a conversation whose id another has': {
    refusal: 'ID_TAKEN',
    detail: (w) => w.conversation,
    items: (w) => [start(w.conversation)],
  },
  'a conversation whose id another has, in a topic of its own': {
    refusal: 'ID_TAKEN',
    items: (w) => [start(w.conversation, { topic: 'elsewhere' })],
  },
  'a conversation whose id a message has': { refusal: 'ID_TAKEN', items: (w) => [start(w.prompt)] },
  'a message whose id another has': {
    refusal: 'ID_TAKEN',
    detail: (w) => w.prompt,
    items: (w) => [add(w.conversation, w.prompt)],
  },
  'a message whose id one of another conversation has': {
    refusal: 'ID_TAKEN',
    items: (w) => [add(w.conversation, w.other.prompt)],
  },
  'a message whose id its conversation has': {
    refusal: 'ID_TAKEN',
    items: (w) => [add(w.conversation, w.conversation)],
  },
  'a message whose id another conversation has': {
    refusal: 'ID_TAKEN',
    items: (w) => [add(w.conversation, w.other.conversation)],
  },
  'an event whose id another has': {
    refusal: 'ID_TAKEN',
    items: (w) => [update(w.answer, { rating: 'dislike' }, { id: w.known.id })],
  },
  'an event whose id one of another type has': {
    refusal: 'ID_TAKEN',
    items: (w) => [add(w.conversation, newId(), {}, { id: w.known.id })],
  },
  'a message of no conversation': { refusal: 'NO_CONVERSATION', items: () => [add(newId(), newId())] },
  'the end of no conversation': { refusal: 'NO_CONVERSATION', items: () => [end(newId())] },
  'a message in a conversation of others': {
    refusal: 'NO_CONVERSATION',
    detail: (w) => w.conversation,
    items: (w) => [add(w.conversation, newId(), {}, eve)],
  },
  'the end of a conversation of others': {
    refusal: 'NO_CONVERSATION',
    items: (w) => [end(w.conversation, eve)],
  },
  'a message by nobody in particular': {
    refusal: 'NO_CONVERSATION',
    items: (w) => [add(w.conversation, newId(), {}, { actor: null })],
  },
  'feedback on no message': {
    refusal: 'NO_MESSAGE',
    items: () => [update(newId(), { rating: 'like' })],
  },
  'feedback on a message of others': {
    refusal: 'NO_MESSAGE',
    detail: (w) => w.answer,
    items: (w) => [update(w.answer, { rating: 'like' }, eve)],
  },
  'feedback on a message as if of another conversation': {
    refusal: 'NO_MESSAGE',
    items: (w) => [{ ...update(w.answer, { rating: 'like' }), conversation_id: w.other.conversation }],
  },
  'feedback on a message as if of no conversation': {
    refusal: 'NO_CONVERSATION',
    items: (w) => [{ ...update(w.answer, { rating: 'like' }), conversation_id: newId() }],
  },
  'a parent that does not exist': {
    refusal: 'NO_PARENT',
    detail: () => 'nothing',
    items: (w) => [add(w.conversation, newId(), { parent_id: 'nothing' })],
  },
  'a parent of another conversation': {
    refusal: 'NO_PARENT',
    detail: (w) => w.other.answer,
    items: (w) => [add(w.conversation, newId(), { parent_id: w.other.answer })],
  },
  'feedback on a prompt': { refusal: 'NOT_A_REPLY', items: (w) => [update(w.prompt, { rating: 'like' })] },
  'the end of a reply that has ended': {
    refusal: 'ALREADY_FINAL',
    items: (w) => [update(w.answer, { status: 'stopped', content: '' })],
  },
  'a message in a conversation that has ended': { refusal: 'ENDED', items: (w) => [add(w.ended, newId())] },
  'another end of a conversation that has ended': { refusal: 'ENDED', items: (w) => [end(w.ended)] },
};

it.for(Object.entries(refused))(
  '%s is refused, and changes nothing',
  async ([, { refusal, detail, items }]) => {
    const world = await createWorld();
    const refusedItems = items(world);
    const before = await everything(database.client);
    const [answer] = await append(database.client, refusedItems);
    const { conversation_id: conversation, payload } = refusedItems[0] ?? start('');
    const about = refusal === 'NO_CONVERSATION' ? conversation : payload.id;
    expect(answer).toEqual({ refusal, detail: detail?.(world) ?? about });
    expect(await everything(database.client)).toEqual(before);
  },
);

it.for(Object.entries(refused))(
  '%s does not affect the other appends of its batch',
  async ([, { refusal, items }]) => {
    const world = await createWorld();
    const other = await startWithReply(database.client);
    const like = () => update(other.answer, { rating: 'like', username: newId() });
    const answers = await append(database.client, like(), items(world), like(), start(newId()));
    expect(answers.map(({ refusal, offset }) => refusal ?? typeof offset)).toEqual([
      'number',
      refusal,
      'number',
      'number',
    ]);
    const [first, , second, third] = answers;
    expect([second?.offset, third?.offset]).toEqual([(first?.offset ?? 0) + 1, (first?.offset ?? 0) + 2]);
  },
);

describe('an append', () => {
  it('writes nothing if one of its events is refused', async () => {
    const { conversation, other } = await startWithReply(database.client).then(async (own) => ({
      ...own,
      other: await startWithReply(database.client),
    }));
    const before = await everything(database.client);
    const [first, second, third] = [newId(), newId(), newId()];
    expect(
      await append(database.client, [
        add(conversation, first),
        reply(conversation, second, { parent_id: other.answer }),
        add(conversation, third),
      ]),
    ).toEqual([
      { refusal: 'APPEND_REFUSED', detail: first },
      { refusal: 'NO_PARENT', detail: other.answer },
      { refusal: 'APPEND_REFUSED', detail: third },
    ]);
    const fresh = newId();
    expect(await append(database.client, [start(fresh), add(fresh, first), add(fresh, first)])).toMatchObject(
      [{ refusal: 'APPEND_REFUSED' }, { refusal: 'APPEND_REFUSED' }, { refusal: 'ID_TAKEN', detail: first }],
    );
    expect(await everything(database.client)).toEqual(before);
  });

  it('that changes a conversation again in the same batch is deferred', async () => {
    const { conversation, answer } = await startWithReply(database.client);
    const message = () => add(conversation, newId());
    const like = update(answer, { rating: 'like' });
    const late = [message(), message()];
    const answers = await append(database.client, message(), late, like, end(conversation), start(newId()));
    expect(answers.map(({ refusal }) => refusal)).toEqual([
      undefined,
      'RETRY_NEXT_BATCH',
      'RETRY_NEXT_BATCH',
      'RETRY_NEXT_BATCH',
      'RETRY_NEXT_BATCH',
      undefined,
    ]);
    expect(await append(database.client, late)).toMatchObject([{ version: 5 }, { version: 6 }]);
  });

  it('of feedback on one conversation shares a batch with that of other authors', async () => {
    const { answer } = await startWithReply(database.client, 'many-authors');
    const likes = Array.from({ length: 50 }, (_, n) => update(answer, { rating: 'like', username: `u${n}` }));
    const answers = await append(database.client, ...likes);
    expect(answers.map(({ offset }) => offset)).toEqual(likes.map((_, n) => n + 3));
    expect(answers.map(({ version }) => version)).toEqual(likes.map((_, n) => n + 4));
  });
});

describe('a conversation that has ended', () => {
  it('accepts feedback and the end of a running reply', async () => {
    const { conversation, answer } = await startWithReply(database.client);
    const streaming = newId();
    await append(database.client, running(conversation, streaming));
    await append(database.client, end(conversation));
    const done = update(
      streaming,
      { status: 'complete', content: 'done' },
      { actor: null, privileged: true },
    );
    expect(await append(database.client, done)).toMatchObject([{ version: 6 }]);
    expect(await append(database.client, update(answer, { rating: 'like' }))).toMatchObject([{ version: 7 }]);
    expect(await append(database.client, update(streaming, { rating: 'like' }))).toMatchObject([
      { version: 8 },
    ]);
  });
});

describe('a privileged actor', () => {
  const judge = { actor: 'judge', privileged: true };

  it('may write to conversations of others', async () => {
    const { conversation, answer } = await startWithReply(database.client);
    expect(
      await append(
        database.client,
        update(answer, { score: 0.5, username: 'judge', source: 'judge' }, judge),
      ),
    ).toMatchObject([{ version: 4 }]);
    expect(await append(database.client, add(conversation, newId(), {}, judge))).toMatchObject([
      { version: 5 },
    ]);
    expect(await append(database.client, end(conversation, judge))).toMatchObject([{ version: 6 }]);
  });
});
