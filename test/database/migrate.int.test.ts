import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { migrate, schemaScript } from '../../src/database/migrate.ts';

type EmptyDatabase = { name: string; url: string; client: pg.Client };

let admin: pg.Client;
const made: EmptyDatabase[] = [];

function urlOf(name: string): string {
  const url = new URL(inject('templateUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

async function createEmptyDatabase(): Promise<EmptyDatabase> {
  const name = `afterword_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = urlOf(name);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const database = { name, url, client };
  made.push(database);
  return database;
}

beforeEach(async () => {
  admin = new pg.Client({ connectionString: urlOf('postgres') });
  await admin.connect();
});
afterEach(async () => {
  for (const { name, client } of made.splice(0)) {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
  await admin.end();
});

async function rowsOf(client: pg.Client, sql: string): Promise<unknown[]> {
  return (await client.query<Record<string, unknown>>(sql)).rows;
}

const handWrittenIndexes = ['message_streaming_idx', 'message_root_idx', 'feedback_choice_idx'];

/** What both ways of creating the tables must have in common. Migrations set collations, which schema.prisma can't. */
async function catalogOf(client: pg.Client) {
  return {
    columns: await rowsOf(
      client,
      `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
              pg_get_expr(d.adbin, d.adrelid) AS default
       FROM pg_class AS c
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
       ORDER BY 1, 2`,
    ),
    indexes: await rowsOf(
      client,
      `SELECT indexname, indexdef FROM pg_indexes
       WHERE schemaname = 'public' AND tablename <> '_prisma_migrations' AND indexname NOT IN ('${handWrittenIndexes.join("', '")}')
       ORDER BY 1`,
    ),
    enums: await rowsOf(
      client,
      `SELECT t.typname, array_agg(e.enumlabel ORDER BY e.enumsortorder)::text AS labels
       FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid GROUP BY 1 ORDER BY 1`,
    ),
    constraints: await rowsOf(
      client,
      `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
         AND conrelid <> coalesce(to_regclass('_prisma_migrations')::oid, 0) ORDER BY 1`,
    ),
  };
}

it('the migrations result in the tables of schema.prisma', async () => {
  const [migrated, described] = [await createEmptyDatabase(), await createEmptyDatabase()];
  await migrate(migrated.url);
  await described.client.query(await schemaScript(described.url));
  const catalog = await catalogOf(migrated.client);
  expect(catalog).toEqual(await catalogOf(described.client));
  expect(catalog.columns.length).toBeGreaterThan(50);
  expect(catalog.enums).toHaveLength(8);
  const partial = await rowsOf(
    migrated.client,
    `SELECT substring(indexdef FROM 'USING (.*)') AS index FROM pg_indexes
     WHERE indexname IN ('${handWrittenIndexes.join("', '")}') ORDER BY indexname DESC`,
  );
  expect(partial).toEqual([
    { index: `btree (id) WHERE (status = 'streaming'::message_status)` },
    { index: 'btree (conversation_id, "position") WHERE (parent_id IS NULL)' },
    { index: `btree (message_id) WHERE ((preferred_over <> '{}'::text[]) OR (tied_with <> '{}'::text[]))` },
  ]);
});

it('ids and topics of every table compare byte by byte, so that they join by index', async () => {
  const { url, client } = await createEmptyDatabase();
  await migrate(url);
  expect(
    await rowsOf(
      client,
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' AND data_type = 'text'
         AND (column_name IN ('id', 'topic') OR column_name LIKE '%\\_id') AND column_name <> 'model_id'
         AND collation_name IS DISTINCT FROM 'C'`,
    ),
  ).toEqual([]);
});

type FunctionRow = { proname: string; xmin: string; hash: string | null };

/** The state of the functions: a replaced function has another xmin. */
async function functionsOf(client: pg.Client): Promise<FunctionRow[]> {
  const { rows } = await client.query<FunctionRow>(
    `SELECT proname, xmin::text, obj_description(oid, 'pg_proc') AS hash FROM pg_proc
     WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
  );
  return rows;
}

async function countConnections({ name }: EmptyDatabase): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1`,
    [name],
  );
  return rows[0]?.count ?? 0;
}

it('nothing is applied twice', async () => {
  const database = await createEmptyDatabase();
  const names = await migrate(database.url);
  expect(names[0]).toBe('0001_log');
  const functions = await functionsOf(database.client);
  expect(functions).toHaveLength(26);
  expect(await migrate(database.url)).toEqual([]);
  expect(await functionsOf(database.client)).toEqual(functions);
});

it('four concurrent migrations of an empty database apply everything once', async () => {
  const database = await createEmptyDatabase();
  const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
  const names = await rowsOf(
    database.client,
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1',
  );
  expect(applied.flat().map((name) => ({ name }))).toEqual(names);
  expect(names.length).toBeGreaterThan(0);
  expect(await functionsOf(database.client)).toHaveLength(26);
});

it('no connection is left open', async () => {
  const database = await createEmptyDatabase();
  await migrate(database.url);
  await schemaScript(database.url);
  await expect.poll(() => countConnections(database)).toBe(1);
});

it('functions are applied again only if their text has changed', async () => {
  const { url, client } = await createEmptyDatabase();
  await migrate(url);
  const functions = await functionsOf(client);
  // As an earlier version left it.
  await client.query(`COMMENT ON FUNCTION append_events(append_item[]) IS 'afterword another text'`);
  await client.query(`CREATE OR REPLACE FUNCTION project_feedback(events event[]) RETURNS void
    LANGUAGE sql AS 'SELECT NULL::void'`);
  expect(await migrate(url)).toEqual([]);
  const again = await functionsOf(client);
  expect(again).toMatchObject(functions.map(() => ({ xmin: expect.any(String) })));
  expect(JSON.stringify(again)).toContain(JSON.stringify(functions).match(/[0-9a-f]{64}/)?.[0]);
  expect(again).not.toEqual(functions);
  const { rows } = await client.query<{ language: string }>(
    `SELECT l.lanname AS language FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
     WHERE p.proname = 'project_feedback'`,
  );
  expect(rows).toEqual([{ language: 'plpgsql' }]);
});

it('either all functions are applied or none', async () => {
  const { url, client } = await createEmptyDatabase();
  await migrate(url);
  // Another return type can't be replaced.
  await client.query(`COMMENT ON FUNCTION append_events(append_item[]) IS 'afterword old'; DROP FUNCTION project_feedback(event[]);
    CREATE FUNCTION project_feedback(events event[]) RETURNS integer LANGUAGE sql AS 'SELECT 1'`);
  const functions = await functionsOf(client);
  await expect(migrate(url)).rejects.toThrow('cannot change return type');
  expect(await functionsOf(client)).toEqual(functions);
  await expect.poll(() => countConnections({ name: new URL(url).pathname.slice(1), url, client })).toBe(1);
});

it('a function without a file is dropped, and functions that are not ours stay', async () => {
  const { url, client } = await createEmptyDatabase();
  await migrate(url);
  const functions = await functionsOf(client);
  // As a version left them that had a function more, and one with other arguments.
  await client.query(`CREATE FUNCTION retired(payload jsonb) RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE FUNCTION project_feedback(events event[], more integer) RETURNS void LANGUAGE sql AS 'SELECT NULL::void';
    CREATE FUNCTION of_an_operator() RETURNS integer LANGUAGE sql AS 'SELECT 1';
    COMMENT ON FUNCTION retired(jsonb) IS 'afterword old';
    COMMENT ON FUNCTION project_feedback(event[], integer) IS 'afterword old';
    COMMENT ON FUNCTION append_events(append_item[]) IS 'afterword old'`);
  await migrate(url);
  const foreign = expect.objectContaining({ proname: 'of_an_operator', hash: null });
  const names = functions.map((row) => expect.objectContaining({ proname: row.proname, hash: row.hash }));
  const found = await functionsOf(client);
  expect(found).toHaveLength(functions.length + 1);
  expect(found).toEqual(expect.arrayContaining([...names, foreign]));
});

it('counts of scores in ten columns of an older version become one histogram', async () => {
  const { client } = await createEmptyDatabase();
  const folder = new URL('../../prisma/migrations/', import.meta.url);
  const names = (await readdir(folder)).filter((name) => /^\d/.test(name)).sort();
  const run = async (name: string) =>
    client.query(await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'));
  for (const name of names.filter((each) => each < '0006')) await run(name);
  await client.query(`INSERT INTO rating_rollup VALUES ('t', 'end_user', '', '2026-01-01', 'm', 3, 3, 1, 0, 0, 0, 3,
    1500000, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1)`);
  await run('0006_typed_log');
  const { rows } = await client.query('SELECT records, likes, score_sum, score_histogram FROM rating_rollup');
  expect(rows).toEqual([
    { records: 3, likes: 1, score_sum: '1500000', score_histogram: [1, 0, 0, 0, 0, 1, 0, 0, 0, 1] },
  ]);
});
