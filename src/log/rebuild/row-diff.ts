// Compares the rows of a projection with those replayed from the log, in SQL and by primary key.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';
import type { Projection } from './replay.ts';
import { quoted } from './shadow-tables.ts';

/** A difference between a table and the log. */
export type Difference = { table: string; key: string[] } & (
  | { kind: 'missing' }
  | { kind: 'stray' }
  /** Values as JSON. */
  | { kind: 'changed'; column: string; expected: string; actual: string }
);

export type Comparison = {
  table: string;
  /** Number of rows replayed from the log. */
  expected: number;
  /** Number of rows in the table. */
  actual: number;
  /** Number of rows that differ. */
  differing: number;
  /** The first differences, column by column, in the order of the key. */
  differences: Difference[];
};

const rowsPerFetch = 10;

/** Two joined tables: SQL for a FROM clause, and the columns of their key. */
type JoinedTables = { name: Projection; key: string[]; from: string };

async function joinTables(
  session: LongSession,
  name: Projection,
  schemas: { replaySchema: string; logSchema: string },
): Promise<JoinedTables> {
  const actual = quoted({ schema: schemas.logSchema, name });
  const columns = await session.query<{ name: string }>(
    `SELECT c.attname AS name FROM pg_index AS i
     JOIN pg_attribute AS c ON c.attrelid = i.indrelid AND c.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], c.attnum)`,
    [actual],
  );
  const key = columns.map((column) => pg.escapeIdentifier(column.name));
  const expected = quoted({ schema: schemas.replaySchema, name });
  return {
    name,
    key,
    from: `${expected} AS expected FULL JOIN ${actual} AS actual USING (${key.join(', ')})`,
  };
}

/**
 * @param options.replaySchema schema of the tables that the log was replayed into
 * @param options.logSchema schema of the tables in use
 * @param options.maxDifferences how many differences to return; all differing rows are counted
 */
export async function compareTable(
  session: LongSession,
  name: Projection,
  options: { replaySchema: string; logSchema: string; maxDifferences: number },
): Promise<Comparison> {
  const { maxDifferences } = options;
  const tables = await joinTables(session, name, options);
  const [row] = await session.query<Record<'expected' | 'actual' | 'differing', string>>(
    `SELECT count(expected) AS expected, count(actual) AS actual,
            count(*) FILTER (WHERE expected IS DISTINCT FROM actual) AS differing FROM ${tables.from}`,
  );
  const differing = Number(row?.differing);
  const hasDetails = differing > 0 && maxDifferences > 0;
  return {
    table: name,
    expected: Number(row?.expected),
    actual: Number(row?.actual),
    differing,
    differences: hasDetails ? await readDifferences(session, tables, maxDifferences) : [],
  };
}

type DifferingRow = {
  key: string[];
  isMissing: boolean;
  isStray: boolean;
  columns: { column: string; expected: string; actual: string }[];
};

/** Fetches few rows at a time, since each may contain long texts. */
async function readDifferences(
  session: LongSession,
  tables: JoinedTables,
  maxDifferences: number,
): Promise<Difference[]> {
  const key = tables.key.join(', ');
  await session.query(
    `DECLARE differing NO SCROLL CURSOR FOR
     SELECT found.key, expected IS NULL AS "isStray", actual IS NULL AS "isMissing", coalesce((
       SELECT jsonb_agg(jsonb_build_object('column', e.key, 'expected', e.value::text, 'actual', a.value::text)
                        ORDER BY e.key)
       FROM jsonb_each(to_jsonb(expected)) AS e JOIN jsonb_each(to_jsonb(actual)) AS a USING (key)
       WHERE e.value <> a.value), '[]') AS columns
     FROM (SELECT ARRAY[${tables.key.map((column) => `${column}::text`).join()}] AS key, expected, actual
           FROM ${tables.from}
           WHERE expected IS DISTINCT FROM actual ORDER BY ${key} LIMIT ${maxDifferences}) AS found`,
  );
  const differences: Difference[] = [];
  for (let isDone = false; !isDone && differences.length < maxDifferences; ) {
    const rows = await session.query<DifferingRow>(`FETCH ${rowsPerFetch} FROM differing`);
    differences.push(...rows.flatMap((row) => differencesOf(tables.name, row)));
    isDone = rows.length < rowsPerFetch;
  }
  await session.query('CLOSE differing');
  return differences.slice(0, maxDifferences);
}

function differencesOf(table: string, row: DifferingRow): Difference[] {
  const { key } = row;
  if (row.isMissing) return [{ table, key, kind: 'missing' }];
  if (row.isStray) return [{ table, key, kind: 'stray' }];
  return row.columns.map(({ column, ...values }) => {
    const [expected, actual] = shorten(values.expected, values.actual);
    return { table, key, kind: 'changed', column, expected, actual };
  });
}

const maxCharacters = 80;
const charactersBefore = 20;

/** Cuts two long texts to the part where they begin to differ. */
export function shorten(one: string, other: string): [string, string] {
  let sameCount = 0;
  while (sameCount < one.length && one[sameCount] === other[sameCount]) sameCount += 1;
  const fits = Math.max(one.length, other.length) <= maxCharacters;
  const start = fits ? 0 : Math.max(0, sameCount - charactersBefore);
  const cut = (text: string) => {
    const part = text.slice(start, start + maxCharacters);
    return `${start > 0 ? '…' : ''}${part}${start + part.length < text.length ? '…' : ''}`;
  };
  return [cut(one), cut(other)];
}
