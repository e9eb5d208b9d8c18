// Checks that the log is contiguous: offsets without gaps from 0 to the next free offset of the topic, and versions
// without gaps from 1. It reads only indexes.
import type { LongSession } from '../../database/long-session.ts';
import type { Comparison, Difference } from './row-diff.ts';

/** The numbers of events: within which column, and the value before the first one. */
const numberings = [
  { of: 'topic', by: '"offset"', label: 'offset', before: '(-1)::bigint' },
  { of: 'conversation_id', by: 'version', label: 'version', before: '0' },
];

type Gap = { name: string; from: string; to: string; total: string };

async function findGaps(
  session: LongSession,
  maxDifferences: number,
): Promise<{ missing: number; differences: Difference[] }> {
  let missing = 0;
  const differences: Difference[] = [];
  for (const { of, by, label, before } of numberings) {
    const gaps = await session.query<Gap>(
      `SELECT name, before + 1 AS from, number - 1 AS to, sum(number - before - 1) OVER () AS total
       FROM (SELECT ${of} AS name, ${by} AS number,
               lag(${by}, 1, ${before}) OVER (PARTITION BY ${of} ORDER BY ${by}) AS before
             FROM event) AS numbered
       WHERE number <> before + 1 ORDER BY name, number LIMIT $1`,
      [Math.max(maxDifferences, 1)],
    );
    missing += Number(gaps[0]?.total ?? 0);
    for (const { name, from, to } of gaps) {
      const range = from === to ? `${label} ${from}` : `${label} ${from} to ${to}`;
      differences.push({ table: 'event', key: [name, range], kind: 'missing' });
    }
  }
  return { missing, differences };
}

async function findWrongEnds(session: LongSession): Promise<Difference[]> {
  const ends = await session.query<{ name: string; expected: string; actual: string }>(
    `SELECT coalesce(t.name, e.topic) AS name, coalesce(e.next, 0) AS expected, coalesce(t.next_offset, 0) AS actual
     FROM topic AS t
     FULL JOIN (SELECT topic, max("offset") + 1 AS next FROM event GROUP BY topic) AS e ON e.topic = t.name
     WHERE coalesce(e.next, 0) <> coalesce(t.next_offset, 0) ORDER BY 1`,
  );
  return ends.map(({ name, expected, actual }) => ({
    table: 'topic',
    key: [name],
    kind: 'changed',
    column: 'next_offset',
    expected,
    actual,
  }));
}

/** Compares the log with its own numbering; a gap counts as many rows as are missing. */
export async function compareLog(session: LongSession, maxDifferences: number): Promise<Comparison[]> {
  const { missing, differences } = await findGaps(session, maxDifferences);
  const ends = await findWrongEnds(session);
  const [row] = await session.query<{ events: string; topics: string }>(
    'SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM topic) AS topics',
  );
  const [events, topics] = [Number(row?.events), Number(row?.topics)];
  return [
    { table: 'event', expected: events + missing, actual: events, differing: missing, differences },
    { table: 'topic', expected: topics, actual: topics, differing: ends.length, differences: ends },
  ];
}
