// Compares the rows of a projection with the rows that the log comes to, in SQL and by primary key.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';
import type { Projection } from './replay.ts';
import { quoted } from './shadow-tables.ts';

/** Where a table and the log disagree. */
export type Difference = { table: string; key: string[] } & (
  | { kind: 'missing' }
  | { kind: 'stray' }
  /** Values as JSON. */
  | { kind: 'changed'; column: string; log: string; held: string }
);

export type Comparison = {
  table: string;
  /** Rows that the log comes to. */
  expected: number;
  /** Rows that the table holds. */
  held: number;
  /** Rows in which they disagree. */
  differing: number;
  /** The first of them, column by column, in the order of the key. */
  differences: Difference[];
};

const rowsAtOnce = 10;

/** Two tables side by side: SQL for a FROM, and the columns of their key. */
type Pair = { name: Projection; key: string[]; from: string };

async function pairUp(
  session: LongSession,
  name: Projection,
  schemas: { log: string; home: string },
): Promise<Pair> {
  const held = quoted({ schema: schemas.home, name });
  const columns = await session.query<{ name: string }>(
    `SELECT c.attname AS name FROM pg_index AS i
     JOIN pg_attribute AS c ON c.attrelid = i.indrelid AND c.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], c.attnum)`,
    [held],
  );
  const key = columns.map((column) => pg.escapeIdentifier(column.name));
  const expected = quoted({ schema: schemas.log, name });
  return { name, key, from: `${expected} AS expected FULL JOIN ${held} AS held USING (${key.join(', ')})` };
}

/**
 * @param schemas where the tables are that the log was projected into, and where those that are in use
 * @param most how many differences to give; the rows are counted all
 */
export async function compareTable(
  session: LongSession,
  name: Projection,
  { most, ...schemas }: { log: string; home: string; most: number },
): Promise<Comparison> {
  const pair = await pairUp(session, name, schemas);
  const [row] = await session.query<Record<'expected' | 'held' | 'differing', string>>(
    `SELECT count(expected) AS expected, count(held) AS held,
            count(*) FILTER (WHERE expected IS DISTINCT FROM held) AS differing FROM ${pair.from}`,
  );
  const differing = Number(row?.differing);
  const differences = differing === 0 || most === 0 ? [] : await readDifferences(session, pair, most);
  return { table: name, expected: Number(row?.expected), held: Number(row?.held), differing, differences };
}

type DifferingRow = {
  key: string[];
  isMissing: boolean;
  isStray: boolean;
  columns: { column: string; log: string; held: string }[];
};

/** Reads few rows at a time: each may hold texts of any length. */
async function readDifferences(session: LongSession, pair: Pair, most: number): Promise<Difference[]> {
  const key = pair.key.join(', ');
  await session.query(
    `DECLARE differing NO SCROLL CURSOR FOR
     SELECT found.key, expected IS NULL AS "isStray", held IS NULL AS "isMissing", coalesce((
       SELECT jsonb_agg(jsonb_build_object('column', log.key, 'log', log.value::text, 'held', kept.value::text)
                        ORDER BY log.key)
       FROM jsonb_each(to_jsonb(expected)) AS log JOIN jsonb_each(to_jsonb(held)) AS kept USING (key)
       WHERE log.value <> kept.value), '[]') AS columns
     FROM (SELECT ARRAY[${pair.key.map((column) => `${column}::text`).join()}] AS key, expected, held FROM ${pair.from}
           WHERE expected IS DISTINCT FROM held ORDER BY ${key} LIMIT ${most}) AS found`,
  );
  const differences: Difference[] = [];
  for (let isDone = false; !isDone && differences.length < most; ) {
    const rows = await session.query<DifferingRow>(`FETCH ${rowsAtOnce} FROM differing`);
    differences.push(...rows.flatMap((row) => differencesOf(pair.name, row)));
    isDone = rows.length < rowsAtOnce;
  }
  await session.query('CLOSE differing');
  return differences.slice(0, most);
}

function differencesOf(table: string, row: DifferingRow): Difference[] {
  const { key } = row;
  if (row.isMissing) return [{ table, key, kind: 'missing' }];
  if (row.isStray) return [{ table, key, kind: 'stray' }];
  return row.columns.map(({ column, log, held }) => {
    const values = shorten(log, held);
    return { table, key, kind: 'changed', column, log: values[0], held: values[1] };
  });
}

const maxCharacters = 80;
const charactersBefore = 20;

/** Two long texts are cut to where they begin to differ. */
export function shorten(one: string, other: string): [string, string] {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const longest = Math.max(one.length, other.length);
  const start = longest <= maxCharacters ? 0 : Math.max(0, same - charactersBefore);
  const cut = (text: string) => {
    const part = text.slice(start, start + maxCharacters);
    return `${start > 0 ? '…' : ''}${part}${start + part.length < text.length ? '…' : ''}`;
  };
  return [cut(one), cut(other)];
}
