// Compares the projections with the log in one snapshot, without changing either: the log is replayed into temporary
// tables that are rolled back. It takes no lock that conflicts with a writer.
import type pg from 'pg';
import { type LongSession, withLongSession } from '../../database/long-session.ts';
import { compareLog } from './contiguity.ts';
import { countEvents, projectInto, projections, replay, resetPlannerSettings } from './replay.ts';
import { type Comparison, compareTable } from './row-diff.ts';
import { createTables, findLogSchema, listOf } from './shadow-tables.ts';

export type Verified = {
  events: number;
  /** First those of the log itself, then one for each projection. */
  comparisons: Comparison[];
};

export type VerifyOptions = {
  pool: pg.Pool;
  signal: AbortSignal;
  /** Maximum number of differences to return for each table; all are counted. */
  maxDifferences: number;
  /** Called after each chunk: how many events were projected, and how many there are. */
  onProgress: (done: number, total: number) => void;
};

/** @throws Error if the log can't be projected; the reason of the signal if it is aborted */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { pool, signal, maxDifferences } = options;
  return await withLongSession({ pool, signal, name: 'afterword verify' }, async (session) => {
    // Large enough for many messages of maximum size. It must be set before the first temporary table is used.
    await session.query(`SET temp_buffers = '64MB'`);
    const logSchema = await findLogSchema(session);
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      // Locked before the first query, which takes the snapshot: tables that a rebuild swaps in later are not in it.
      await session.query(`LOCK TABLE ${listOf(logSchema)} IN ACCESS SHARE MODE`);
      const events = await projectAll(session, logSchema, options);
      const comparisons = await compareLog(session, maxDifferences);
      for (const name of projections) {
        const schemas = { replaySchema: 'pg_temp', logSchema };
        comparisons.push(await compareTable(session, name, { ...schemas, maxDifferences }));
      }
      return { events, comparisons };
    } finally {
      await session.clear('ROLLBACK');
    }
  });
}

async function projectAll(session: LongSession, logSchema: string, options: VerifyOptions): Promise<number> {
  const total = await countEvents(session);
  await createTables(session, { logSchema, to: 'pg_temp' });
  await projectInto(session, 'pg_temp');
  let events = 0;
  const onProjected = (count: number) => {
    events += count;
    options.onProgress(events, total);
  };
  await replay(session, { from: new Map(), runChunk: (work) => work(), gaps: 'skip', onProjected });
  await resetPlannerSettings(session);
  await session.query(`ANALYZE ${listOf('pg_temp')}`);
  return events;
}
