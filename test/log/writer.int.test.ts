import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rowsOf, startWithReply } from '../support/log.ts';
import { createTestWriter, likeOf, messageOf, startOf, type TestWriter } from '../support/writer.ts';

let database: TestDatabase;
let writer: TestWriter;
beforeAll(async () => {
  database = await createTestDatabase();
  writer = createTestWriter(database.url);
});
afterAll(async () => {
  await writer.close();
  await database.close();
});

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Number of transactions that wrote the events of a topic: rows of one transaction have the same xmin. */
async function countTransactions(topic: string): Promise<number> {
  const { rows } = await database.client.query<{ count: number }>(
    'SELECT count(DISTINCT xmin::text)::int AS count FROM event WHERE topic = $1',
    [topic],
  );
  return rows[0]?.count ?? 0;
}

describe('group commit', () => {
  it('the first append is sent at once, and those that arrive meanwhile share the next batch', async () => {
    writer.commits.length = 0;
    const answers = await Promise.all(times(500, () => writer.append(startOf(newId(), 'grouped'))));
    expect(answers.flat().map(({ offset }) => offset)).toEqual(times(500, (index) => index));
    expect(await countTransactions('grouped')).toBe(2);
    expect(writer.commits).toEqual([new Map([['grouped', 0]]), new Map([['grouped', 499]])]);
  });

  it('a batch has at most a thousand events', async () => {
    await Promise.all(times(2_500, () => writer.append(startOf(newId(), 'capped'))));
    expect(await countTransactions('capped')).toBe(4);
  });

  it('a batch of large events is limited in size', async () => {
    const conversation = newId();
    await writer.append(startOf(conversation, 'large'));
    const content = 'x'.repeat(3_000_000);
    const others = times(6, () => newId());
    await Promise.all(others.map((id) => writer.append(startOf(id, 'large'))));
    const before = await countTransactions('large');
    await Promise.all(others.map((id) => writer.append(messageOf(id, { content }))));
    expect((await countTransactions('large')) - before).toBe(4);
  });

  it('a commit is reported with the newest offset of each of its topics', async () => {
    writer.commits.length = 0;
    await Promise.all(
      ['commits-a', 'commits-b', 'commits-a'].map((topic) => writer.append(startOf(newId(), topic))),
    );
    expect(writer.commits).toEqual([
      new Map([['commits-a', 0]]),
      new Map([
        ['commits-b', 0],
        ['commits-a', 1],
      ]),
    ]);
  });
});

it('appends of one conversation are acknowledged in the order of their offsets', async () => {
  const { conversation, answer } = await startWithReply(database.client, 'ordered');
  const acknowledged: number[] = [];
  await Promise.all(
    times(60, async (index) => {
      const append = index % 3 === 0 ? messageOf(conversation) : likeOf(answer, `u${index % 7}`);
      for (const { offset } of await writer.append(append)) acknowledged.push(offset);
    }),
  );
  expect(acknowledged).toEqual(times(60, (index) => index + 3));
});

it('a hundred messages in one conversation at once are all written, in the order of the calls', async () => {
  const conversation = newId();
  await writer.append(startOf(conversation, 'crowded'));
  const answers = await Promise.all(times(100, () => writer.append(messageOf(conversation))));
  expect(answers.flat().map(({ version }) => version)).toEqual(times(100, (index) => index + 2));
});

describe('an append that is refused', () => {
  it('fails alone, with the reason', async () => {
    const { conversation, answer, prompt } = await startWithReply(database.client, 'refusing');
    const unknown = newId();
    const results = await Promise.allSettled([
      writer.append(startOf(newId(), 'refusing')),
      writer.append(likeOf(answer)),
      writer.append(likeOf(prompt)),
      writer.append(likeOf(unknown)),
      writer.append(startOf(conversation, 'refusing')),
      writer.append(likeOf(answer, 'eve')),
    ]);
    expect(results).toMatchObject([
      { value: [{ offset: 3 }] },
      { value: [{ offset: 4 }] },
      { reason: { code: 'INVALID_INPUT', message: expect.stringContaining(`${prompt} is not a reply`) } },
      { reason: { code: 'NOT_FOUND', message: expect.stringContaining(unknown) } },
      { reason: { code: 'CONFLICT', message: expect.stringContaining(conversation) } },
      { value: [{ offset: 5 }] },
    ]);
  });

  it('fails alone if the database can not store it', async () => {
    const { conversation } = await startWithReply(database.client, 'unholdable');
    const results = await Promise.allSettled([
      ...times(3, () => writer.append(startOf(newId(), 'unholdable'))),
      writer.append(messageOf(conversation, { content: 'nul \u0000' })),
      ...times(3, () => writer.append(startOf(newId(), 'unholdable'))),
      writer.append(messageOf(newId(), { content: 'unpaired \ud800' })),
      writer.append(
        startOf(
          'x'.repeat(1_000_000).replaceAll('x', () => newId().slice(-1)),
          'unholdable',
        ),
      ),
      writer.append(messageOf(conversation)),
    ]);
    const unholdable = {
      status: 'rejected',
      reason: { code: 'INVALID_INPUT', message: expect.stringContaining("can't store") },
    };
    const held = { status: 'fulfilled' };
    expect(results).toMatchObject([
      held,
      held,
      held,
      unholdable,
      held,
      held,
      held,
      unholdable,
      unholdable,
      held,
    ]);
    const offsets = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    expect(offsets.map(({ offset }) => offset)).toEqual(times(7, (index) => index + 3));
  });

  it('fails alone if it has the id of another append in the batch', async () => {
    const { answer } = await startWithReply(database.client, 'twice');
    const other = await startWithReply(database.client, 'twice');
    const id = newId();
    const first = likeOf(answer, 'ada', id);
    const results = await Promise.allSettled(
      [startOf(newId(), 'twice'), first, likeOf(other.answer, 'ada', id), first, likeOf(answer, 'bob')].map(
        (append) => writer.append(append),
      ),
    );
    expect(results).toMatchObject([
      { value: [{ offset: 6 }] },
      { value: [{ offset: 7, isReplay: false }] },
      { reason: { code: 'CONFLICT' } },
      { value: [{ offset: 7, isReplay: true }] },
      { value: [{ offset: 8 }] },
    ]);
  });
});

it('drain resolves when all waiting appends are answered', async () => {
  const other = createTestWriter(database.url);
  let answered = 0;
  for (const append of times(300, () => startOf(newId(), 'drained')))
    void other.append(append).then(() => (answered += 1));
  await other.drain();
  expect(answered).toBe(300);
  await other.drain();
  await other.close();
});

it('events appended through the writer are those of the log', async () => {
  const conversation = newId();
  const append = startOf(conversation, 'written');
  await writer.append(append);
  expect(await rowsOf(database.client, 'event')).toContainEqual(
    expect.objectContaining({
      id: append.events[0]?.id,
      topic: 'written',
      offset: 0,
      actor: 'ada',
      version: 1,
    }),
  );
});
