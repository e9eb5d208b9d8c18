// One read answers with one object: that two answers are the same object shows that the log was read once.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEndedReplies } from '../../../src/generation/follow/ended-replies.ts';
import { newId } from '../../../src/lib/ulid.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const megabyte = 1_048_576;

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = new pg.Pool({ connectionString: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

async function addReply(content: string, { id = newId(), status = 'complete' } = {}): Promise<string> {
  await database.client.query(
    `INSERT INTO message (id, conversation_id, position, role, content, reasoning, status, created_at)
      VALUES ($1, $1, 1, 'assistant', $2, 'hm', $3::message_status, now())`,
    [id, content, status],
  );
  return id;
}

it('a reply is read from the log once for all who ask for it at once or soon after', async () => {
  const replies = createEndedReplies(pool);
  const id = await addReply('whole');
  const [first, second] = await Promise.all([replies.read(id), replies.read(id)]);
  expect(first).toEqual({ text: 'whole', reasoning: 'hm' });
  expect(second).toBe(first);
  expect(await replies.read(id)).toBe(first);
});

it('a reply that is being produced is read again at each request', async () => {
  const replies = createEndedReplies(pool);
  const id = await addReply('', { status: 'streaming' });
  expect(await replies.read(id)).toBeUndefined();
  await database.client.query(`UPDATE message SET content = 'whole', status = 'complete' WHERE id = $1`, [
    id,
  ]);
  expect((await replies.read(id))?.text).toBe('whole');
});

it('a read that failed is not kept', async () => {
  const replies = createEndedReplies(pool);
  const id = newId();
  await expect(replies.read(id)).rejects.toThrow();
  await addReply('whole', { id });
  expect((await replies.read(id))?.text).toBe('whole');
});

it('the replies that were read longest ago make room for others', async () => {
  const replies = createEndedReplies(pool);
  const [small, first, second] = [
    await addReply('small'),
    await addReply('a'.repeat(9 * megabyte)),
    await addReply('b'.repeat(9 * megabyte)),
  ];
  const before = [await replies.read(small), await replies.read(first)];
  expect(await replies.read(small)).toBe(before[0]);
  await replies.read(second);
  expect(await replies.read(small)).toBe(before[0]);
  expect(await replies.read(first)).not.toBe(before[1]);
});

it('a reply that is larger than all that is kept together is kept by itself', async () => {
  const replies = createEndedReplies(pool);
  const [small, large] = [await addReply('small'), await addReply('a'.repeat(17 * megabyte))];
  const smallBefore = await replies.read(small);
  const largeBefore = await replies.read(large);
  expect(await replies.read(large)).toBe(largeBefore);
  expect(await replies.read(small)).not.toBe(smallBefore);
});
