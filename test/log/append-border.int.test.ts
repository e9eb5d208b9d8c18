// The boundary to SQL: TypeScript expects of append_events what the database declares.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeItem } from '../../src/log/append-batch.ts';
import { isRefusal, outcomeSchema } from '../../src/log/append-errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function attributesOf(type: string): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_attribute AS a
     WHERE a.attrelid = (SELECT typrelid FROM pg_type WHERE oid = $1::regtype) ORDER BY a.attnum`,
    [type],
  );
  return rows.map(({ name }) => name);
}

it('an item has the attributes of append_item, and no others', async () => {
  const item = JSON.parse(
    `{"append":0,${encodeItem({
      id: 'e',
      type: 'START_CONVERSATION',
      topic: 't',
      conversation_id: 'c',
      actor: null,
      is_privileged: true,
      skips_unchanged: true,
      payload: {},
    })}`,
  );
  expect(Object.keys(item).sort()).toEqual((await attributesOf('append_item')).sort());
});

it('an answer is parsed with every attribute of append_answer', async () => {
  expect(await attributesOf('append_answer')).toEqual([
    'outcome',
    'detail',
    'topic',
    'conversation_id',
    'offset',
    'version',
  ]);
});

it('the outcomes are the values of append_outcome', async () => {
  const { rows } = await database.client.query<{ names: string[] }>(
    'SELECT enum_range(NULL::append_outcome)::text[] AS names',
  );
  expect(rows[0]?.names).toEqual(outcomeSchema.options);
});

it('the refusals are exactly those that the functions can return', async () => {
  const { rows } = await database.client.query<{ source: string }>(
    `SELECT string_agg(prosrc, ' ') AS source FROM pg_proc
     WHERE proname IN ('check_event', 'append_events', 'append_single', 'append_single_feedback')`,
  );
  const quoted = new Set(
    [...(rows[0]?.source ?? '').matchAll(/'([A-Z]+(?:_[A-Z]+)+|ENDED)'/g)].map(([, name]) => name),
  );
  const eventTypes = [
    'START_CONVERSATION',
    'ADD_MESSAGE',
    'UPDATE_MESSAGE',
    'UPDATE_CONVERSATION',
    'END_CONVERSATION',
  ];
  expect([...quoted].filter((name) => !eventTypes.includes(String(name))).sort()).toEqual(
    outcomeSchema.options
      .filter((outcome) => isRefusal(outcome) || ['RETRY_NEXT_BATCH', 'APPEND_REFUSED'].includes(outcome))
      .sort(),
  );
});
