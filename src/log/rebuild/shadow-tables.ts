// Copies of the projections, empty and in a schema of their own, that can take the place of the real ones: with the
// same columns, indexes, constraints and rights under the same names, whatever migrations made of them.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';
import { projections } from './replay.ts';

/** Where a rebuild makes its tables. Whatever is in it is left by one that was interrupted. */
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

/** The schema of the real tables: that of the log. */
export async function findLogSchema(session: LongSession): Promise<string> {
  const [row] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
     WHERE t.oid = 'event'::regclass`,
  );
  return row?.schema ?? 'public';
}

/** $1: the schema of the tables, $2: their names; more is up to the statement. */
const tables = `(SELECT t.*, n.nspname FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
  WHERE n.nspname = $1 AND t.relname = ANY ($2)) AS t`;

/** Runs the statements that the query makes of what it finds at the real tables; $3 is the other schema. */
async function copy(session: LongSession, query: string, from: { home: string; to: string }): Promise<void> {
  const statements = await session.query<{ statement: string | null }>(query, [
    from.home,
    projections,
    from.to,
  ]);
  for (const { statement } of statements) if (statement !== null) await session.query(statement);
}

const copyTable = `SELECT format('CREATE TABLE %I.%I (LIKE %I.%I INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)%s',
    $3::text, t.relname, t.nspname, t.relname, ' WITH (' || array_to_string(t.reloptions, ', ') || ')') AS statement
  FROM ${tables}`;

const copyConstraint = `SELECT format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s',
    $3::text, t.relname, k.conname, pg_get_constraintdef(k.oid)) AS statement
  FROM ${tables} JOIN pg_constraint AS k ON k.conrelid = t.oid`;

// Postgres writes the table's whole name there, whatever the search path is.
const copyIndexes = (
  condition: string,
) => `SELECT replace(pg_get_indexdef(i.indexrelid), format(' ON %I.%I USING ', t.nspname, t.relname),
    format(' ON %I.%I USING ', $3::text, t.relname)) AS statement
  FROM ${tables} JOIN pg_index AS i ON i.indrelid = t.oid
  WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.conrelid = t.oid)
    AND ${condition}
  ORDER BY i.indexrelid`;

// A message is projected with a look at those beside it: without these each would be looked for in all of them.
const isNeeded = `t.relname = 'message'`;

const copyOwner = `SELECT format('ALTER TABLE %I.%I OWNER TO %s', $3::text, t.relname, t.relowner::regrole) AS statement
  FROM ${tables} WHERE t.relowner <> current_user::regrole`;

const shadowTable = `pg_class AS s ON s.oid = format('%I.%I', $3::text, t.relname)::regclass`;

// A new table may have rights by default that the old one lacks: those go, and with them the owner's own.
const revokeRights = `SELECT format('REVOKE ALL ON %s FROM %s', s.oid::regclass, a.grantee) AS statement
  FROM ${tables} JOIN ${shadowTable} CROSS JOIN LATERAL (
    SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee
    FROM aclexplode(coalesce(s.relacl, acldefault('r', s.relowner))) AS acl
  ) AS a WHERE s.relacl IS NOT NULL OR t.relacl IS NOT NULL`;

const copyRights = `SELECT format('GRANT %s%s ON %s TO %s%s', a.privilege_type, a.columns, s.oid::regclass,
    CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
    CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END) AS statement
  FROM ${tables} JOIN ${shadowTable} CROSS JOIN LATERAL (
    SELECT acl.*, '' AS columns FROM aclexplode(coalesce(t.relacl, acldefault('r', t.relowner))) AS acl
    WHERE s.relacl IS NOT NULL
    UNION ALL
    SELECT acl.*, format(' (%I)', c.attname)
    FROM pg_attribute AS c CROSS JOIN LATERAL aclexplode(c.attacl) AS acl WHERE c.attrelid = t.oid
  ) AS a`;

/** Makes the tables, empty, with what project_events needs of their keys and indexes. */
export async function createTables(session: LongSession, from: { home: string; to: string }): Promise<void> {
  await copy(session, copyTable, from);
  await copy(session, `${copyConstraint} WHERE k.contype = 'p'`, from);
  await copy(session, copyIndexes(isNeeded), from);
}

/** Makes the other indexes: faster once the tables are full than row by row. */
export async function createIndexes(session: LongSession, home: string): Promise<void> {
  const from = { home, to: shadowSchema };
  await copy(session, `${copyConstraint} WHERE k.contype IN ('u', 'x')`, from);
  await copy(session, copyIndexes(`NOT ${isNeeded}`), from);
}

/** Puts the shadow tables in the place of the real ones, within the transaction that has locked both. */
export async function replaceTables(session: LongSession, home: string): Promise<void> {
  const from = { home, to: shadowSchema };
  await copy(session, copyOwner, from);
  await copy(session, revokeRights, from);
  await copy(session, copyRights, from);
  await session.query(`DROP TABLE ${listOf(home)}`);
  for (const table of tablesIn(shadowSchema)) {
    await session.query(`ALTER TABLE ${quoted(table)} SET SCHEMA ${pg.escapeIdentifier(home)}`);
  }
  await session.query(`DROP SCHEMA ${shadowSchema}`);
}

/** What the tables are and what the functions do, in one value: it changes when a migration changes either. */
export async function describeTables(session: LongSession, home: string): Promise<string | undefined> {
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
    [home, projections],
  );
  return row?.description;
}

/**
 * Views, triggers, policies and the like would be lost with the table that they are attached to.
 * @throws Error that names them
 */
export async function refuseAttachments(session: LongSession, home: string): Promise<void> {
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
    [home, projections],
  );
  if (found.length === 0) return;
  const names = found.map(({ description }) => description).join(', ');
  throw new Error(
    `A rebuild replaces the tables ${projections.join(', ')}, and what is attached to them would be lost: ${names}. Drop it, rebuild, and make it again.`,
  );
}
