import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, end, reply, running, start, startWithReply, update } from '../support/log.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function row(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await database.client.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(found) AS row FROM ${table} AS found WHERE id = $1`,
    [id],
  );
  return rows[0]?.row;
}

async function feedbackOn(message: string) {
  const { rows } = await database.client.query<Record<string, unknown>>(
    `SELECT username, source, rating, score, comment, tags, correction FROM feedback
     WHERE message_id = $1 ORDER BY username, source`,
    [message],
  );
  return rows;
}

const instant = (text: string) => new Date(text).getTime();
const given = {
  username: 'ada',
  source: 'end_user',
  rating: null,
  score: null,
  comment: null,
  tags: [],
  correction: null,
};

describe('the projection of', () => {
  it('START_CONVERSATION is a conversation', async () => {
    const id = newId();
    const item = start(id, { topic: 'left' });
    Object.assign(item.payload, {
      model: { id: 'zephyr', metadata: { size: 7 } },
      username: 'bob',
      title: 'A talk',
      metadata: { experiment: 'e1' },
      timestamp: '2026-11-20T08:00:00Z',
    });
    await append(database.client, item);
    const { started_at: startedAt, ...found } = (await row('conversation', id)) ?? {};
    expect(found).toEqual({
      id,
      topic: 'left',
      model_id: 'zephyr',
      model_metadata: { size: 7 },
      username: 'bob',
      title: 'A talk',
      metadata: { experiment: 'e1' },
      version: 1,
      ended_at: null,
    });
    expect(instant(String(startedAt))).toBe(instant('2026-11-20T08:00:00Z'));
  });

  it('ADD_MESSAGE is a message, and that of UPDATE_MESSAGE its end', async () => {
    const [conversation, prompt, answer] = [newId(), newId(), newId()];
    const parameters = { temperature: 0.5 };
    const asked = running(conversation, answer);
    const metadata = { id: '2' };
    Object.assign(asked.payload, { model: 'zephyr', parameters, metadata });
    await append(database.client, [start(conversation), add(conversation, prompt), asked]);
    const streaming = await row('message', answer);
    expect(streaming).toEqual({
      id: answer,
      conversation_id: conversation,
      parent_id: prompt,
      position: 3,
      role: 'assistant',
      content: '',
      reasoning: null,
      status: 'streaming',
      error: null,
      model_id: 'zephyr',
      parameters,
      finish_reason: null,
      usage: null,
      timings: null,
      metadata,
      created_at: expect.stringContaining('2026-11-23T10:00:00'),
    });
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const timings = { first_token_ms: 5, total_ms: 9 };
    const result = { content: 'half', reasoning: 'let me see', error: 'cut', finish_reason: 'error' };
    const ended = { status: 'failed', ...result, usage, timings };
    await append(database.client, update(answer, ended, { actor: null, privileged: true }));
    expect(await row('message', answer)).toEqual({ ...streaming, ...ended });
    expect(await row('conversation', conversation)).toMatchObject({ version: 4 });
    expect(await feedbackOn(answer)).toEqual([]);
  });

  it('END_CONVERSATION is the end of the conversation', async () => {
    const { conversation } = await startWithReply(database.client);
    await append(database.client, end(conversation));
    const { rows } = await database.client.query<{ isSame: boolean; version: number }>(
      `SELECT c.ended_at = e.recorded_at AS "isSame", c.version FROM conversation AS c
       JOIN event AS e ON e.conversation_id = c.id AND e.type = 'END_CONVERSATION' WHERE c.id = $1`,
      [conversation],
    );
    expect(rows).toEqual([{ isSame: true, version: 4 }]);
  });
});

it('a message continues the newest one unless it has a parent_id; null starts a thread', async () => {
  const conversation = newId();
  const [first, second, third, sibling, root, last] = [newId(), newId(), newId(), newId(), newId(), newId()];
  await append(database.client, [start(conversation), add(conversation, first), reply(conversation, second)]);
  await append(database.client, add(conversation, third));
  await append(database.client, [
    reply(conversation, sibling, { parent_id: first }),
    add(conversation, last),
  ]);
  await append(database.client, add(conversation, root, { parent_id: null }));
  const { rows } = await database.client.query<{ id: string; parent_id: string | null }>(
    'SELECT id, parent_id FROM message WHERE conversation_id = $1 ORDER BY position',
    [conversation],
  );
  expect(rows.map(({ id, parent_id: parent }) => [id, parent])).toEqual([
    [first, null],
    [second, first],
    [third, second],
    [sibling, first],
    [last, sibling],
    [root, null],
  ]);
  // The event has it too, so that readers of the log need not know the rule.
  const { rows: events } = await database.client.query(
    `SELECT payload -> 'parent_id' AS parent FROM event WHERE conversation_id = $1 AND type = 'ADD_MESSAGE' ORDER BY version`,
    [conversation],
  );
  expect(events).toEqual(rows.map(({ parent_id: parent }) => ({ parent })));
});

describe('feedback', () => {
  it('is one row per author and source', async () => {
    const { answer } = await startWithReply(database.client);
    const judge = { actor: 'judge', privileged: true };
    await append(
      database.client,
      update(answer, { rating: 'like' }),
      update(answer, { rating: 'dislike', username: 'bob' }, judge),
      update(answer, { score: 0.25, username: 'bob', source: 'judge' }, judge),
    );
    expect(await feedbackOn(answer)).toEqual([
      { ...given, rating: 'like' },
      { ...given, username: 'bob', rating: 'dislike' },
      { ...given, username: 'bob', source: 'judge', score: 0.25 },
    ]);
  });

  const changes = [
    { rating: 'like', feedback: 'good', tags: ['short'] },
    { rating: '', feedback: '', correction: 'better' },
    { rating: 'dislike', score: 0, tags: [] },
    { feedback: null, score: 0.75 },
  ];
  const merged = { ...given, rating: 'dislike', score: 0.75, correction: 'better' };

  it('changes field by field: absent and "" mean unchanged, null withdraws', async () => {
    const { answer } = await startWithReply(database.client);
    for (const change of changes) await append(database.client, update(answer, change));
    expect(await feedbackOn(answer)).toEqual([merged]);
  });

  it('is the same if its changes share one batch', async () => {
    const { answer } = await startWithReply(database.client);
    await append(database.client, ...changes.map((change) => update(answer, change)));
    expect(await feedbackOn(answer)).toEqual([merged]);
  });

  it('has no row once nothing is left', async () => {
    const { answer } = await startWithReply(database.client);
    await append(database.client, update(answer, { rating: 'like', username: 'bob' }));
    const whole = { rating: 'like', score: 1, feedback: 'good', tags: ['short'], correction: 'better' };
    await append(database.client, update(answer, whole));
    expect(await feedbackOn(answer)).toHaveLength(2);
    await append(database.client, update(answer, { rating: null, score: null, feedback: null, tags: null }));
    expect(await feedbackOn(answer)).toContainEqual({ ...given, correction: 'better' });
    await append(database.client, update(answer, { correction: null }));
    expect(await feedbackOn(answer)).toEqual([{ ...given, username: 'bob', rating: 'like' }]);
    await append(database.client, update(answer, { rating: '', feedback: '' }));
    expect(await feedbackOn(answer)).toHaveLength(1);
  });

  it('that is given again after withdrawal has a new creation time, in one batch as in several', async () => {
    const { answer } = await startWithReply(database.client);
    const like = (rating: string | null) => update(answer, { rating });
    await append(database.client, like('like'));
    const last = like('dislike');
    await append(database.client, like(null), like('like'), like(null), last);
    const { rows } = await database.client.query(
      `SELECT f.created_at = e.recorded_at AS "isSame" FROM feedback AS f, event AS e
       WHERE f.message_id = $1 AND e.id = $2`,
      [answer, last.id],
    );
    expect(rows).toEqual([{ isSame: true }]);
  });
});
