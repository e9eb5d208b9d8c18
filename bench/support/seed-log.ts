// Fills the log of one topic, without projections, which replays do not read. Indexes are created after the rows, which
// is why ten million rows take only a minute or two.
import type { BenchDatabase } from './database.ts';

export const seededTopic = 'default';
/** The start, the messages, and one rating. */
const eventsPerConversation = 8;
const rowsPerStatement = 1_000_000;

const id = (letter: string, number: string): string =>
  `'01BENCH${letter}' || lpad((${number})::text, 18, '0')`;
const conversation = `n / ${eventsPerConversation}`;
const version = `n % ${eventsPerConversation} + 1`;
const recordedAt = `timestamptz '2026-01-01 00:00:00Z' + n * interval '50 milliseconds'`;

const payload = `CASE ${version}
  WHEN 1 THEN jsonb_build_object('id', ${id('C', conversation)}, 'username', 'local', 'messages', '[]'::jsonb,
    'model', '{"id": "bench", "metadata": {}}'::jsonb)
  WHEN ${eventsPerConversation} THEN jsonb_build_object('id', ${id('M', 'n - 1')}, 'conversation_id', ${id('C', conversation)},
    'rating', 'like', 'username', 'local', 'source', 'end_user')
  ELSE jsonb_build_object('id', ${id('M', 'n')}, 'conversation_id', ${id('C', conversation)},
    'role', CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
    'content', repeat(md5(n::text) || ' ', 1 + (n % 2)::int * 2), 'rating', '', 'feedback', '',
    'timestamp', to_char(${recordedAt}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END`;

const insert = `INSERT INTO event (id, topic, "offset", type, conversation_id, version, actor, recorded_at, payload)
  SELECT ${id('E', 'n')}, $1, n,
         CASE ${version} WHEN 1 THEN 'START_CONVERSATION' WHEN ${eventsPerConversation} THEN 'UPDATE_MESSAGE'
              ELSE 'ADD_MESSAGE' END::event_type,
         ${id('C', conversation)}, ${version}, 'local', ${recordedAt}, ${payload}
  FROM generate_series($2::bigint, $3::bigint) AS n`;

type Index = { name: string; definition: string; isPrimary: boolean };

/** @returns a function that creates the indexes again */
async function dropIndexes(database: BenchDatabase): Promise<() => Promise<void>> {
  const indexes =
    await database.run<Index>(`SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition,
      i.indisprimary AS "isPrimary"
    FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = 'event'::regclass`);
  for (const { name, isPrimary } of indexes) {
    await database.run(isPrimary ? `ALTER TABLE event DROP CONSTRAINT ${name}` : `DROP INDEX ${name}`);
  }
  return async () => {
    await database.run(`SET maintenance_work_mem = '512MB'`);
    for (const { name, definition, isPrimary } of indexes) {
      await database.run(definition);
      if (isPrimary) await database.run(`ALTER TABLE event ADD PRIMARY KEY USING INDEX ${name}`);
    }
  };
}

/** Appends so many events, in a database whose log is empty. */
export async function seedLog(database: BenchDatabase, events: number): Promise<void> {
  // A crash may lose the seed: it is part of the run.
  await database.run('SET synchronous_commit = off');
  const createIndexes = await dropIndexes(database);
  for (let from = 0; from < events; from += rowsPerStatement) {
    await database.run(insert, [seededTopic, from, Math.min(from + rowsPerStatement, events) - 1]);
  }
  await createIndexes();
  await database.run('INSERT INTO topic (name, next_offset) VALUES ($1, $2)', [seededTopic, events]);
  // Otherwise the first reads would write: hint bits, and the visibility map.
  await database.run('VACUUM ANALYZE event');
  await database.run('CHECKPOINT');
}
