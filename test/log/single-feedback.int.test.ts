// A single feedback event is projected by its own statements: the result is that of the general ones.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { add, append, projections, reply, rowsOf, running, start, update } from '../support/log.ts';
import { propertyTimeoutMs, randomRuns } from '../support/scale.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const unset = fc.constantFrom('', null);
/** Both ends of each tenth, by which scores are counted. */
const score = fc.oneof(
  fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
  fc.integer({ min: 1, max: 10 }).map((tenths) => tenths / 10 - 0.000001),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const plain = {
  rating: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('like', 'dislike') },
    { weight: 1, arbitrary: unset },
  ),
  score: fc.oneof({ weight: 3, arbitrary: score }, { weight: 1, arbitrary: unset }),
  feedback: fc.oneof(fc.constantFrom('good', 'bad'), unset),
  correction: fc.oneof(fc.constant('better'), unset),
};
const withdrawal = fc.constant({ rating: null, score: null, feedback: null, correction: null });
const fields = fc.oneof(
  { weight: 8, arbitrary: fc.record(plain, { requiredKeys: [] }) },
  { weight: 6, arbitrary: fc.record({ rating: plain.rating }) },
  { weight: 2, arbitrary: withdrawal },
  {
    weight: 1,
    arbitrary: fc.record({ ...plain, tags: fc.constantFrom(['short'], ['short', 'rude'], null) }),
  },
  { weight: 1, arbitrary: fc.record({ rating: plain.rating, signal: fc.constantFrom('copied', 'shared') }) },
  { weight: 1, arbitrary: fc.record({ preferred_over: fc.constantFrom(['second'], null) }) },
);
const event = fc.record({
  message: fc.constantFrom('first', 'first', 'first', 'second'),
  by: fc.record({
    username: fc.constantFrom('ada', 'ada', 'bob', ''),
    source: fc.constantFrom('end_user', 'end_user', 'judge', ''),
  }),
  fields,
});
const root = { actor: 'root', privileged: true };

async function projectedRows(): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const table of projections) rows[table] = await rowsOf(database.client, table);
  return rows;
}

it('feedback appended event by event results in the same rows as the whole log at once', {
  timeout: propertyTimeoutMs,
}, async () => {
  const { client } = database;
  const property = async (events: (typeof event extends fc.Arbitrary<infer T> ? T : never)[]) => {
    await client.query('BEGIN');
    try {
      await append(client, [
        start('talk'),
        add('talk', 'prompt'),
        reply('talk', 'first'),
        reply('talk', 'second', { parent_id: 'prompt', model: 'other' }),
        running('talk', 'third'),
      ]);
      for (const { message, by, fields } of events) {
        if (message === 'second' && 'preferred_over' in fields) continue;
        const [answer] = await append(client, update(message, { ...by, ...fields }, root));
        expect(answer).toMatchObject({ replayed: false });
      }
      await append(client, update('third', { status: 'complete', content: 'done', rating: 'like' }, root));
      const projected = await projectedRows();
      await client.query(`TRUNCATE ${projections.join()}`);
      await client.query('SELECT project_events(array_agg(event ORDER BY "offset")) FROM event');
      expect(await projectedRows()).toEqual(projected);
    } finally {
      await client.query('ROLLBACK');
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 40, size: 'max' }), property),
    randomRuns({ small: 20, large: 60, seed: 20_261_125 }),
  );
});
