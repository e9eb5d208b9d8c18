// Upgrades a database to the schema of this version: applies the migrations with Prisma's engine (compiled to WASM, so
// that nothing is downloaded), then the SQL functions if their text has changed.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { type MigrationList, SchemaEngine, type SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

const prismaFolder = new URL('../../prisma/', import.meta.url);
const noFilter: SchemaFilter = { externalTables: [], externalEnums: [] };
// Any constant works, as long as every node of every version uses the same one.
const migrationLock = 4_097_2026;

async function readMigrations(): Promise<MigrationList> {
  const folder = new URL('migrations/', prismaFolder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return {
    baseDir: fileURLToPath(folder),
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(new URL('migration_lock.toml', folder), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'),
          },
        },
      })),
    ),
  };
}

/** Runs work with Prisma's engine, and closes its connections afterwards. */
async function withEngine<T>(url: string, work: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const schema = await readFile(new URL('schema.prisma', prismaFolder), 'utf8');
  const pool = new pg.Pool({ connectionString: url });
  try {
    const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
    const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, factory);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

/** The comment on every function: a hash of the SQL files, and a mark that Afterword may drop the function. */
const markOf = (hash: string) => `afterword ${hash}`;

async function readFunctions(): Promise<{ text: string; mark: string }> {
  const folder = new URL('functions/', prismaFolder);
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.sql')).sort();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')));
  const text = texts.join('\n');
  return { text, mark: markOf(createHash('sha256').update(text).digest('hex')) };
}

async function appliedMark(client: pg.Client): Promise<string | null | undefined> {
  const { rows } = await client.query<{ mark: string | null }>(
    // Not to_regprocedure: before PostgreSQL 16 it fails if a type among the arguments does not exist.
    `SELECT obj_description(oid, 'pg_proc') AS mark FROM pg_proc
     WHERE proname = 'append_events' AND pg_function_is_visible(oid) ORDER BY oid DESC LIMIT 1`,
  );
  return rows[0]?.mark;
}

// Functions that the current transaction created or replaced have its id as xmin. Other marked functions are left over
// from an earlier version.
const markFunctions = `
  DO $do$
  DECLARE
    routine record;
  BEGIN
    FOR routine IN
      SELECT p.oid::regprocedure AS name, p.xmin = pg_current_xact_id()::xid AS is_current,
             obj_description(p.oid, 'pg_proc') LIKE 'afterword %' AS is_ours
      FROM pg_proc AS p WHERE p.pronamespace = current_schema()::regnamespace
    LOOP
      IF routine.is_current THEN
        EXECUTE format('COMMENT ON ROUTINE %s IS %L', routine.name, current_setting('afterword.mark'));
      ELSIF routine.is_ours THEN
        EXECUTE format('DROP ROUTINE %s', routine.name);
      END IF;
    END LOOP;
  END
  $do$`;

async function applyFunctions(client: pg.Client): Promise<void> {
  const { text, mark } = await readFunctions();
  if ((await appliedMark(client)) === mark) return;
  // Functions may call functions of later files.
  const settings = `SET LOCAL check_function_bodies = off; SET LOCAL afterword.mark = '${mark}'`;
  await client.query(`BEGIN; ${settings}; ${text}; ${markFunctions}; COMMIT`);
}

/**
 * Applies what is missing. Safe to call from several nodes at once, and again after a crash.
 * @returns the names of the newly applied migrations
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'afterword migrate' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const migrationsList = await readMigrations();
    const { appliedMigrationNames } = await withEngine(url, (engine) =>
      engine.applyMigrations({ migrationsList, filters: noFilter }),
    );
    await applyFunctions(client);
    return appliedMigrationNames;
  } finally {
    await client.end();
  }
}

/** Whether migrate would have nothing to apply. */
export async function isCurrent(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, application_name: 'afterword' });
  await client.connect();
  try {
    if ((await appliedMark(client)) !== (await readFunctions()).mark) return false;
    const { rows } = await client.query<{ name: string }>(
      'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL',
    );
    const applied = new Set(rows.map(({ name }) => name));
    return (await readMigrations()).migrationDirectories.every(({ path }) => applied.has(path));
  } finally {
    await client.end();
  }
}

/** The SQL that creates the tables of schema.prisma in an empty database: the migrations must have the same result. */
export async function schemaScript(url: string): Promise<string> {
  const content = await readFile(new URL('schema.prisma', prismaFolder), 'utf8');
  const { stdout } = await withEngine(url, (engine) =>
    engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
      script: true,
      exitCode: null,
      filters: noFilter,
    }),
  );
  return stdout ?? '';
}
