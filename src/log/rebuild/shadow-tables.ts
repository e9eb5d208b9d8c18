// Empty copies of the projections in another schema, which can replace the real tables: with the same columns, indexes,
// constraints and privileges under the same names. They are copied from the catalog, so no migration is repeated here.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';
import { projections } from './replay.ts';

/** The schema in which a rebuild creates its tables. Existing content is left over from an interrupted rebuild. */
export const shadowSchema = 'afterword_rebuild';

export type Table = { schema: string; name: string };

export function quoted({ schema, name }: Table): string {
  return `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
}

export function tablesIn(schema: string): Table[] {
  return projections.map((name) => ({ schema, name }));
}

export function listOf(schema: string): string {
  return tablesIn(schema).map(quoted).join(', ');
}

/** The schema of the log, which is also that of the projections in use. */
export async function findLogSchema(session: LongSession): Promise<string> {
  const [row] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
     WHERE t.oid = 'event'::regclass`,
  );
  return row?.schema ?? 'public';
}

/** $1: the schema of the tables, $2: their names. Statements may have more parameters. */
const tables = `(SELECT t.*, n.nspname FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
  WHERE n.nspname = $1 AND t.relname = ANY ($2)) AS t`;

/** Runs the statements that the query generates from the catalog of the real tables; $3 is the target schema. */
type Schemas = { logSchema: string; to: string };

async function copy(session: LongSession, query: string, { logSchema, to }: Schemas): Promise<void> {
  const statements = await session.query<{ statement: string | null }>(query, [logSchema, projections, to]);
  for (const { statement } of statements) if (statement !== null) await session.query(statement);
}

const copyTable = `SELECT format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)%s',
    $3::text, t.relname, t.nspname, t.relname, ' WITH (' || array_to_string(t.reloptions, ', ') || ')') AS statement
  FROM ${tables}`;

const copyConstraint = `SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
    $3::text, t.relname, k.conname, pg_get_constraintdef(k.oid)) AS statement
  FROM ${tables} JOIN pg_constraint AS k ON k.conrelid = t.oid`;

// pg_get_indexdef qualifies the name of the table, whatever the search path is.
const copyIndexes = (
  condition: string,
) => `SELECT replace(pg_get_indexdef(i.indexrelid), format(' ON %I.%I USING ', t.nspname, t.relname),
    format(' ON %I.%I USING ', $3::text, t.relname)) AS statement
  FROM ${tables} JOIN pg_index AS i ON i.indrelid = t.oid
  WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.conrelid = t.oid)
    AND ${condition}
  ORDER BY i.indexrelid`;

// Projecting a message looks up its siblings; without these indexes each lookup would scan all messages.
const isNeeded = `t.relname = 'message'`;

const copyOwner = `SELECT format('ALTER TABLE %I.%I OWNER TO %s', $3::text, t.relname, t.relowner::regrole) AS statement
  FROM ${tables} WHERE t.relowner <> current_user::regrole`;

const shadowTable = `pg_class AS s ON s.oid = format('%I.%I', $3::text, t.relname)::regclass`;

// By default a new table may have privileges that the old one lacks. All are revoked, also those of the owner, before
// the old ones are copied.
const revokePrivileges = `SELECT format('REVOKE ALL ON %s FROM %s', s.oid::regclass, a.grantee) AS statement
  FROM ${tables} JOIN ${shadowTable} CROSS JOIN LATERAL (
    SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee
    FROM aclexplode(coalesce(s.relacl, acldefault('r', s.relowner))) AS acl
  ) AS a WHERE s.relacl IS NOT NULL OR t.relacl IS NOT NULL`;

const copyPrivileges = `SELECT format('GRANT %s%s ON %s TO %s%s', a.privilege_type, a.columns, s.oid::regclass,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
    CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END) AS statement
  FROM ${tables} JOIN ${shadowTable} CROSS JOIN LATERAL (
    SELECT acl.*, '' AS columns FROM aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) AS acl
    WHERE s.relacl IS NOT NULL
    UNION ALL
    SELECT acl.*, format(' (%I)', c.attname)
    FROM pg_attribute AS c CROSS JOIN LATERAL aclexplode(c.attacl) AS acl WHERE c.attrelid = t.oid
  ) AS a`;

/** Creates the empty tables with the keys and indexes that project_events needs. */
export async function createTables(session: LongSession, schemas: Schemas): Promise<void> {
  await copy(session, copyTable, schemas);
  await copy(session, `${copyConstraint} WHERE k.contype = 'p'`, schemas);
  await copy(session, copyIndexes(isNeeded), schemas);
}

/** Creates the other indexes: building them once the tables are full is faster than row by row. */
export async function createIndexes(session: LongSession, logSchema: string): Promise<void> {
  const schemas = { logSchema, to: shadowSchema };
  await copy(session, `${copyConstraint} WHERE k.contype IN ('u', 'x')`, schemas);
  await copy(session, copyIndexes(`NOT ${isNeeded}`), schemas);
}

/** Replaces the real tables by the shadow tables, in the transaction that has locked both. */
export async function replaceTables(session: LongSession, logSchema: string): Promise<void> {
  const schemas = { logSchema, to: shadowSchema };
  await copy(session, copyOwner, schemas);
  await copy(session, revokePrivileges, schemas);
  await copy(session, copyPrivileges, schemas);
  await session.query(`DROP TABLE ${listOf(logSchema)}`);
  for (const table of tablesIn(shadowSchema)) {
    await session.query(`ALTER TABLE ${quoted(table)} SET SCHEMA ${pg.escapeIdentifier(logSchema)}`);
  }
  await session.query(`DROP SCHEMA ${shadowSchema}`);
}

/** A hash of the tables and functions, which changes when a migration changes any of them. */
export async function describeTables(session: LongSession, logSchema: string): Promise<string | undefined> {
  const [row] = await session.query<{ description: string }>(
    `SELECT md5(string_agg(line, E'\\n' ORDER BY line)) AS description FROM (
      SELECT concat_ws(' ', t.relname, c.attnum, c.attname, format_type(c.atttypid, c.atttypmod), c.attcollation,
                       c.attnotnull, c.attgenerated, c.attidentity, pg_get_expr(d.adbin, d.adrelid)) AS line
      FROM ${tables} JOIN pg_attribute AS c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
      LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = c.attnum
      UNION ALL
      SELECT pg_get_indexdef(i.indexrelid) FROM ${tables} JOIN pg_index AS i ON i.indrelid = t.oid
      UNION ALL
      SELECT concat_ws(' ', t.relname, k.conname, pg_get_constraintdef(k.oid))
      FROM ${tables} JOIN pg_constraint AS k ON k.conrelid = t.oid
      UNION ALL
      SELECT concat(p.oid::regprocedure, p.prosrc) FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = $1
    ) AS lines`,
    [logSchema, projections],
  );
  return row?.description;
}

/**
 * Views, triggers, policies and similar objects would be dropped together with the table that they depend on.
 * @throws Error that lists them
 */
export async function refuseAttachments(session: LongSession, logSchema: string): Promise<void> {
  const found = await session.query<{ description: string }>(
    `SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS description
     FROM ${tables} JOIN pg_depend AS d
       ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
         OR d.refclassid = 'pg_type'::regclass AND d.refobjid = t.reltype
     LEFT JOIN pg_class AS r ON d.classid = 'pg_class'::regclass AND r.oid = d.objid
     LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
     WHERE d.classid NOT IN ('pg_type'::regclass, 'pg_attrdef'::regclass)
       AND coalesce(r.relkind NOT IN ('i', 't'), k.contype = 'f', true)
     ORDER BY 1`,
    [logSchema, projections],
  );
  if (found.length === 0) return;
  const names = found.map(({ description }) => description).join(', ');
  throw new Error(
    `A rebuild replaces the tables ${projections.join(', ')}, and these objects that depend on them would be lost: ${names}. Drop them, rebuild, and create them again.`,
  );
}
