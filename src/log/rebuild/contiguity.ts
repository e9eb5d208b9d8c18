// Checks what the log promises of itself: offsets without a hole from 0 to where its topic stands, versions without
// a hole from 1. It reads nothing but indexes.

import type { LongSession } from '../../database/long-session.ts';
import type { Comparison, Difference } from './row-diff.ts';

/** What is numbered within what, and the number before the first. */
const numberings = [
  { of: 'topic', by: '"offset"', label: 'offset', before: '(-1)::bigint' },
  { of: 'conversation_id', by: 'version', label: 'version', before: '0' },
];

type Gap = { name: string; from: string; to: string; total: string };

async function findHoles(
  session: LongSession,
  most: number,
): Promise<{ total: number; holes: Difference[] }> {
  let total = 0;
  const holes: Difference[] = [];
  for (const { of, by, label, before } of numberings) {
    const gaps = await session.query<Gap>(
      `SELECT name, before + 1 AS from, number - 1 AS to, sum(number - before - 1) OVER () AS total
       FROM (SELECT ${of} AS name, ${by} AS number,
               lag(${by}, 1, ${before}) OVER (PARTITION BY ${of} ORDER BY ${by}) AS before
             FROM event) AS numbered
       WHERE number <> before + 1 ORDER BY name, number LIMIT $1`,
      [Math.max(most, 1)],
    );
    total += Number(gaps[0]?.total ?? 0);
    for (const { name, from, to } of gaps) {
      const range = from === to ? `${label} ${from}` : `${label} ${from} to ${to}`;
      holes.push({ table: 'event', key: [name, range], kind: 'missing' });
    }
  }
  return { total, holes };
}

async function findEnds(session: LongSession): Promise<Difference[]> {
  const ends = await session.query<{ name: string; log: string; held: string }>(
    `SELECT coalesce(t.name, e.topic) AS name, coalesce(e.next, 0) AS log, coalesce(t.next_offset, 0) AS held
     FROM topic AS t
     FULL JOIN (SELECT topic, max("offset") + 1 AS next FROM event GROUP BY topic) AS e ON e.topic = t.name
     WHERE coalesce(e.next, 0) <> coalesce(t.next_offset, 0) ORDER BY 1`,
  );
  return ends.map(({ name, log, held }) => ({
    table: 'topic',
    key: [name],
    kind: 'changed',
    column: 'next_offset',
    log,
    held,
  }));
}

/** Compares the log with its own numbers; a hole counts as many rows as are missing. */
export async function compareLog(session: LongSession, most: number): Promise<Comparison[]> {
  const { total, holes } = await findHoles(session, most);
  const ends = await findEnds(session);
  const [row] = await session.query<{ events: string; topics: string }>(
    'SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM topic) AS topics',
  );
  const [events, topics] = [Number(row?.events), Number(row?.topics)];
  return [
    { table: 'event', expected: events + total, held: events, differing: total, differences: holes },
    { table: 'topic', expected: topics, held: topics, differing: ends.length, differences: ends },
  ];
}
