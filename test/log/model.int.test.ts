// Laws of the log over random histories: append_events obeys the rules of the model, whatever shares a batch, and the
// projections can be rebuilt from the events, in chunks of any size.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  type Answer,
  add,
  append,
  end,
  type Item,
  impress,
  projections,
  rowsOf,
  start,
  update,
} from '../support/log.ts';
import { LogModel, type Outcome } from '../support/log-model.ts';
import { propertyTimeoutMs, randomRuns } from '../support/scale.ts';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.close();
});

// Few ids, so that most commands affect the results of others.
const conversation = fc.constantFrom('c0', 'c1');
const message = fc.constantFrom('m0', 'm1', 'm2', 'm3', 'm4', 'm5');
const anyId = fc.oneof({ arbitrary: message, weight: 9 }, { arbitrary: conversation, weight: 1 });
const by = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ actor: 'ada', privileged: false }) },
  { weight: 1, arbitrary: fc.constant({ actor: 'eve', privileged: false }) },
  { weight: 2, arbitrary: fc.constant({ actor: 'root', privileged: true }) },
);
const parent = fc.option(fc.oneof(message, fc.constant(null)), { nil: undefined, freq: 2 });
const unset = fc.constantFrom('', null);
const fields = fc.record(
  {
    username: fc.constantFrom('ada', 'eve'),
    source: fc.constantFrom('end_user', 'reviewer'),
    rating: fc.oneof(fc.constantFrom('like', 'dislike'), unset),
    score: fc.oneof(fc.constantFrom(0, 0.25, 1), unset),
    feedback: fc.oneof(fc.constantFrom('good', 'bad'), unset),
    tags: fc.oneof(fc.constantFrom(['short'], ['wrong', 'rude'], []), fc.constant(null)),
    correction: fc.oneof(fc.constantFrom('better'), unset),
  },
  { requiredKeys: [] },
);

const sibling = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('m1', 'm2', 'm3') },
  { weight: 1, arbitrary: message },
);
const named = fc.oneof(fc.array(sibling, { maxLength: 2 }), unset);
const choice = fc.record(
  {
    username: fc.constantFrom('ada', 'eve'),
    preferred_over: named,
    tied_with: named,
    rating: fc.constantFrom('like', null),
  },
  { requiredKeys: [] },
);
const conversationFields = fields.map(({ correction: _, ...others }) => others);

const added = fc.record({
  id: anyId,
  role: fc.constantFrom('user', 'assistant', 'assistant', 'assistant'),
  isRunning: fc.boolean(),
  parent,
});
type Added = typeof added extends fc.Arbitrary<infer T> ? T : never;

function addItem(
  place: string,
  { id, role, isRunning, parent }: Added,
  who: typeof by extends fc.Arbitrary<infer T> ? T : never,
): Item {
  return add(
    place,
    id,
    {
      role,
      ...(parent !== undefined && { parent_id: parent }),
      ...(isRunning && role === 'assistant' && { status: 'streaming' }),
    },
    who,
  );
}

const command = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.oneof({ arbitrary: conversation, weight: 9 }, { arbitrary: message, weight: 1 }),
        fc.constantFrom('t0', 't1'),
        by,
        fc.array(added, { maxLength: 2 }),
      )
      .map(([id, topic, who, messages]) => {
        const started = start(id, { topic, ...who });
        started.payload.username = who.actor;
        return [started, ...messages.map((one) => addItem(id, one, who))];
      }),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(conversation, by, fc.array(added, { minLength: 1, maxLength: 2 }))
      .map(([id, who, messages]) => messages.map((one) => addItem(id, one, who))),
  },
  {
    weight: 9,
    arbitrary: fc
      .tuple(message, fields, by, fc.boolean())
      .map(([id, given, who, skipsUnchanged]) => [update(id, given, { ...who, skipsUnchanged })]),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(sibling, choice, by, fc.boolean())
      .map(([id, given, who, skipsUnchanged]) => [update(id, given, { ...who, skipsUnchanged })]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(conversation, conversationFields, by, fc.boolean())
      .map(([id, given, who, skipsUnchanged]) => [impress(id, given, { ...who, skipsUnchanged })]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(message, fc.constantFrom('complete', 'failed'), by)
      .map(([id, status, who]) => [update(id, { status, content: `${status} text` }, who)]),
  },
  { weight: 1, arbitrary: fc.tuple(conversation, by).map(([id, who]) => [end(id, who)]) },
);
const repeated = fc.nat().map((index) => ({ index }));
const anyCommands = fc.array(
  fc.oneof({ arbitrary: command, weight: 9 }, { arbitrary: repeated, weight: 1 }),
  // By default, fast-check generates about ten.
  { maxLength: 60, size: 'max' },
);
/** Replies that can be compared, which would be rare by chance. */
const withSiblings = [
  start('c0'),
  add('c0', 'm0'),
  ...['m1', 'm2', 'm3'].map((id) => add('c0', id, { role: 'assistant', parent_id: 'm0' })),
];
const commands = fc
  .tuple(fc.boolean(), anyCommands)
  .map(([isReady, drawn]) => (isReady ? [withSiblings, ...drawn] : drawn));
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });

const created = (items: Item[]) =>
  items
    .filter(({ type }) => type === 'START_CONVERSATION' || type === 'ADD_MESSAGE')
    .map(({ payload }) => payload.id);

/** Takes as many of the queue as requested. A duplicate id would fail the batch, which the writer then splits. */
function takeBatch(queue: Item[][], size: number): Item[][] {
  const ids = new Set<unknown>();
  const batch: Item[][] = [];
  for (const items of queue.slice(0, size)) {
    const own = [...created(items), ...items.map(({ id }) => id)];
    if (own.some((id) => ids.has(id))) break;
    for (const id of own) ids.add(id);
    batch.push(items);
  }
  queue.splice(0, Math.max(batch.length, 1));
  return batch;
}

function outcomeOf(answers: Answer[]): Outcome {
  const refused = answers.find(({ refusal }) => refusal !== undefined && refusal !== 'APPEND_REFUSED');
  if (refused?.refusal !== undefined) return refused.refusal;
  return answers.map(({ offset = -1, version = -1, replayed = false }) => ({ offset, version, replayed }));
}

async function play(appends: Item[][], batchSizes: number[]): Promise<LogModel> {
  const model = new LogModel();
  const queue = [...appends];
  for (let round = 0; queue.length > 0; round += 1) {
    const batch = takeBatch(queue, batchSizes[round % batchSizes.length] ?? 1);
    const answers = await append(client, ...batch);
    const outcomes = batch.map((items) => outcomeOf(answers.splice(0, items.length)));
    expect(outcomes).toEqual(model.append(batch));
    queue.unshift(...batch.filter((_, index) => outcomes[index] === 'RETRY_NEXT_BATCH'));
  }
  return model;
}

async function expectRows({ state }: LogModel): Promise<void> {
  const rows = async (sql: string) => (await client.query(sql)).rows;
  expect(await rows('SELECT name, next_offset::int FROM topic WHERE next_offset > 0 ORDER BY name')).toEqual(
    [...state.topics].sort().map(([name, next_offset]) => ({ name, next_offset })),
  );
  expect(
    await rows(
      `SELECT id, topic, username, ended_at IS NOT NULL AS "hasEnded", version FROM conversation ORDER BY id`,
    ),
  ).toEqual([...state.conversations].sort().map(([id, { newest: _, ...row }]) => ({ id, ...row })));
  expect(
    await rows(`SELECT id, conversation_id AS conversation, parent_id AS parent, position, role::text, status::text
                FROM message ORDER BY id`),
  ).toEqual([...state.messages].sort().map(([id, row]) => ({ id, ...row })));
  expect(await feedbackRows('feedback', 'message_id')).toEqual([...state.feedback].sort());
  expect(await feedbackRows('conversation_feedback', 'conversation_id')).toEqual(
    [...state.conversationFeedback].sort(),
  );
}

/** By key, all columns of feedback. */
async function feedbackRows(table: string, id: string): Promise<unknown[]> {
  const { rows } = await client.query<{ key: string; columns: Record<string, unknown> }>(
    `SELECT concat_ws(' ', ${id}, username, source) AS key,
            to_jsonb(f) - ARRAY['${id}', 'username', 'source', 'created_at', 'updated_at'] AS columns
     FROM ${table} AS f ORDER BY key`,
  );
  const camelCase = (name: string) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return rows.map(({ key, columns }) => [
    key,
    Object.fromEntries(Object.entries(columns).map(([name, value]) => [camelCase(name), value])),
  ]);
}

async function projectedRows(): Promise<unknown> {
  const rows: unknown[] = [];
  for (const table of projections) rows.push(await rowsOf(client, table));
  return rows;
}

/** Rebuilds the projections from the events, with so many at a time. */
async function rebuild(chunkSizes: number[]): Promise<void> {
  await client.query(`TRUNCATE ${projections.join()}`);
  const { rows } = await client.query<{ topic: string; next: number }>(
    'SELECT name AS topic, next_offset::int AS next FROM topic ORDER BY name',
  );
  for (const { topic, next } of rows) {
    for (let from = 0, round = 0; from < next; round += 1) {
      const until = from + (chunkSizes[round % chunkSizes.length] ?? 1);
      await client.query(
        `SELECT project_events(array_agg(event ORDER BY "offset")) FROM event
         WHERE topic = $1 AND "offset" >= $2 AND "offset" < $3`,
        [topic, from, until],
      );
      from = until;
    }
  }
}

async function property(appends: Item[][], batchSizes: number[], chunkSizes: number[]): Promise<void> {
  await client.query('BEGIN');
  try {
    await expectRows(await play(appends, batchSizes));
    const projected = await projectedRows();
    await client.query(`TRUNCATE ${projections.join()}`);
    await client.query(
      'SELECT project_events(array_agg(event ORDER BY topic, "offset")) FROM event HAVING count(*) > 0',
    );
    expect(await projectedRows()).toEqual(projected);
    await rebuild(chunkSizes);
    expect(await projectedRows()).toEqual(projected);
  } finally {
    await client.query('ROLLBACK');
  }
}

it('random histories equal those of the model, and their projections can be rebuilt, equal', {
  timeout: propertyTimeoutMs,
}, async () => {
  await fc.assert(
    fc.asyncProperty(commands, sizes, sizes, async (drawn, batchSizes, chunkSizes) => {
      const appends: Item[][] = [];
      for (const one of drawn) {
        if (Array.isArray(one)) appends.push(one);
        else if (appends.length > 0) appends.push(appends[one.index % appends.length] ?? []);
      }
      await property(appends, batchSizes, chunkSizes);
    }),
    randomRuns({ small: 20, large: 60, seed: 20_261_123 }),
  );
});
