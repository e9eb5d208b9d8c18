// Compares the projections with the log, in one snapshot and without changing anything: what the log comes to is made
// in temporary tables, which the transaction takes away with it. It holds no lock that a writer would meet.
import type pg from 'pg';
import { type LongSession, withLongSession } from '../../database/long-session.ts';
import { compareLog } from './contiguity.ts';
import { countEvents, projectInto, projections, replay, resetPlannerSettings } from './replay.ts';
import { type Comparison, compareTable } from './row-diff.ts';
import { createTables, findLogSchema, listOf } from './shadow-tables.ts';

export type Verified = {
  events: number;
  /** Of the log itself, then of each projection. */
  comparisons: Comparison[];
};

export type VerifyOptions = {
  pool: pg.Pool;
  signal: AbortSignal;
  /** How many differences to give of each table; all are counted. */
  most: number;
  /** Told after each piece how many events were projected, of how many. */
  onProgress: (done: number, total: number) => void;
};

/** @throws Error where the log itself can't be projected; the reason of the signal when it is aborted */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { pool, signal, most } = options;
  return await withLongSession({ pool, signal, name: 'afterword verify' }, async (session) => {
    // A message of the largest size fits many times; it can only be chosen before the first temporary table is used.
    await session.query(`SET temp_buffers = '64MB'`);
    const home = await findLogSchema(session);
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      // Before the first query, which takes the snapshot: the tables that a rebuild puts here later are not in it.
      await session.query(`LOCK TABLE ${listOf(home)} IN ACCESS SHARE MODE`);
      const events = await projectAll(session, home, options);
      const comparisons = await compareLog(session, most);
      for (const name of projections) {
        comparisons.push(await compareTable(session, name, { log: 'pg_temp', home, most }));
      }
      return { events, comparisons };
    } finally {
      await session.clear('ROLLBACK');
    }
  });
}

async function projectAll(session: LongSession, home: string, options: VerifyOptions): Promise<number> {
  const total = await countEvents(session);
  await createTables(session, { home, to: 'pg_temp' });
  await projectInto(session, 'pg_temp');
  let events = 0;
  const onProjected = (count: number) => {
    events += count;
    options.onProgress(events, total);
  };
  await replay(session, { from: new Map(), piece: (work) => work(), holes: 'skip', onProjected });
  await resetPlannerSettings(session);
  await session.query(`ANALYZE ${listOf('pg_temp')}`);
  return events;
}
