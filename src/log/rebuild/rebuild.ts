// Rebuilds the projections from the log in new tables. The old ones stay in use until one short transaction replaces
// them, so an interrupted rebuild changes nothing.
//
// Why the switch is correct: an append that has read or written a projection holds a lock on it until its commit. The
// exclusive lock of the switch waits for that commit, and then sees its events. An append that has no such lock yet
// will find the new tables and project into them. No lock on topic is needed, and one would deadlock: an append that
// waits for it already holds its locks on the projections.
// A REPEATABLE READ transaction whose snapshot is older than the switch must lock the projections before it takes the
// snapshot: rows that were added to the new tables later are invisible to it.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type LongSession, withLongSession } from '../../database/long-session.ts';
import { countEvents, projectInto, type ReplayPosition, replay } from './replay.ts';
import {
  createIndexes,
  createTables,
  describeTables,
  findLogSchema,
  listOf,
  quoted,
  refuseAttachments,
  replaceTables,
  shadowSchema,
  tablesIn,
} from './shadow-tables.ts';

/** A transaction that uses the old projections and blocks the switch. */
export type Blocker = { pid: number; name: string; seconds: number };

export type RebuildOptions = {
  pool: pg.Pool;
  /** Cancels the rebuild: the old projections stay, and the new tables are dropped. */
  signal: AbortSignal;
  /** Called after each chunk: how many events were projected, and how many the log had at the start. */
  onProgress: (done: number, total: number) => void;
  /** Called each time that a running transaction prevents the switch. */
  onBlocked: (blocker: Blocker) => void;
};

export type Rebuilt = {
  events: number;
  /** Counted shortly before the switch. */
  rows: { table: string; count: number }[];
};

// Any constant works, as long as every version uses the same one.
const rebuildLock = 4_098_2026;
/** Once a pass projects fewer events than this, the switch is tried and projects the remaining ones. */
const maxEventsAtSwitch = 1_000;
/** Readers and appends queue behind the switch while it waits for its locks; it waits no longer than this. */
const maxLockWaitMs = 200;
/** Pause before the next try, in which readers and appends continue. */
const lockRetryMs = 1_000;
/** SQLSTATE: lock_not_available, deadlock_detected, and query_canceled by statement_timeout. */
const blockedStates = ['55P03', '40P01', '57014'];

/**
 * @throws Error if another rebuild is running, the log is damaged, other objects depend on the tables, or the tables
 * were changed meanwhile; the reason of the signal if it is aborted. The projections are then unchanged.
 */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { pool, signal } = options;
  return await withLongSession({ pool, signal, name: 'afterword rebuild' }, async (session) => {
    const [row] = await session.query<{ isOurs: boolean }>('SELECT pg_try_advisory_lock($1) AS "isOurs"', [
      rebuildLock,
    ]);
    if (row?.isOurs !== true) {
      throw new Error('Another rebuild is running on this database: wait until it ends.');
    }
    try {
      return await build(session, options);
    } finally {
      await session.clear(`DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
      await session.clear(`SELECT pg_advisory_unlock(${rebuildLock})`);
    }
  });
}

async function build(session: LongSession, options: RebuildOptions): Promise<Rebuilt> {
  const logSchema = await findLogSchema(session);
  await refuseAttachments(session, logSchema);
  await session.query(`DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
  const description = await session.transact('BEGIN', async () => {
    await session.query(`CREATE SCHEMA ${shadowSchema}`);
    await createTables(session, { logSchema, to: shadowSchema });
    // The description contains names as the search path writes them, so the search path must be that of the switch.
    await projectInto(session, shadowSchema);
    return await describeTables(session, logSchema);
  });
  const total = await countEvents(session);
  let events = 0;
  const onProjected = (count: number) => {
    events += count;
    options.onProgress(events, total);
  };
  let position = await catchUp(session, new Map(), onProjected);
  await createIndexes(session, logSchema);
  for (const table of tablesIn(shadowSchema)) await session.query(`VACUUM (ANALYZE) ${quoted(table)}`);
  // Counted before the switch: an abort during the count must not look as if it had prevented the switch.
  const rows = await countRows(session);
  for (;;) {
    position = await catchUp(session, position, onProjected);
    const last = await trySwitch(session, { logSchema, description, position });
    if (last !== undefined) return { events: sum(last), rows };
    const blocker = await findBlocker(session, logSchema);
    if (blocker !== undefined) options.onBlocked(blocker);
    await delay(lockRetryMs, undefined, { signal: options.signal });
  }
}

function sum(position: ReplayPosition): number {
  return [...position.values()].reduce((total, next) => total + next, 0);
}

/** Projects chunk by chunk, each in its own transaction, until few new events are left. */
async function catchUp(
  session: LongSession,
  from: ReplayPosition,
  onProjected: (count: number) => void,
): Promise<ReplayPosition> {
  // These commits need not be durable: after a crash the new tables are discarded, and the switch itself is durable.
  const begin = 'BEGIN; SET LOCAL synchronous_commit = off';
  const runChunk = <T>(work: () => Promise<T>) =>
    session.transact(begin, async () => {
      await projectInto(session, shadowSchema);
      return await work();
    });
  let position = from;
  for (;;) {
    const reached = await replay(session, { from: position, runChunk, gaps: 'refuse', onProjected });
    const projected = sum(reached) - sum(position);
    position = reached;
    if (projected < maxEventsAtSwitch) return position;
  }
}

type Switch = { logSchema: string; description: string | undefined; position: ReplayPosition };

/** @returns the position of the switch, or undefined if another transaction uses the old tables */
async function trySwitch(session: LongSession, options: Switch): Promise<ReplayPosition | undefined> {
  let isLocked = false;
  try {
    return await session.transact('BEGIN', async () => {
      await lockAgainstMaintenance(session, options.logSchema);
      // Events that were appended during the wait are projected while the old tables are still readable and writable.
      const position = await replayIntoShadow(session, options.position);
      await lockForSwitch(session, options.logSchema);
      isLocked = true;
      const last = await replayIntoShadow(session, position);
      await refuseAttachments(session, options.logSchema);
      if ((await describeTables(session, options.logSchema)) !== options.description) {
        throw new Error(
          'The tables or the functions were changed while they were rebuilt, as a migration does. Run the rebuild again.',
        );
      }
      await replaceTables(session, options.logSchema);
      return last;
    });
  } catch (error) {
    const isBlocked = error instanceof pg.DatabaseError && blockedStates.includes(error.code ?? '');
    if (isLocked || !isBlocked) throw error;
    return undefined;
  }
}

async function replayIntoShadow(session: LongSession, from: ReplayPosition): Promise<ReplayPosition> {
  await projectInto(session, shadowSchema);
  return await replay(session, {
    from,
    runChunk: (work) => work(),
    gaps: 'refuse',
    onProjected: () => {},
  });
}

/**
 * Excludes autovacuum, index builds and migrations. Autovacuum gives way to a lock request that has waited for
 * deadlock_timeout: that happens here, where no reader or append queues behind the request.
 */
async function lockAgainstMaintenance(session: LongSession, logSchema: string): Promise<void> {
  await session.query(`LOCK TABLE ${listOf(shadowSchema)} IN ACCESS EXCLUSIVE MODE`);
  await session.query(`SET LOCAL lock_timeout = '5s'`);
  await session.query(`LOCK TABLE ${listOf(logSchema)} IN SHARE UPDATE EXCLUSIVE MODE`);
}

/**
 * A transaction that has read one table and then waits for the next one is in a deadlock with this lock request.
 * Postgres would cancel one of the two after deadlock_timeout. This request gives up earlier, so that the other
 * transaction is never canceled.
 */
async function lockForSwitch(session: LongSession, logSchema: string): Promise<void> {
  await session.query(
    `SELECT set_config('statement_timeout', least($1, setting::int / 2)::text, true)
     FROM pg_settings WHERE name = 'deadlock_timeout'`,
    [maxLockWaitMs],
  );
  await session.query(`LOCK TABLE ${listOf(logSchema)} IN ACCESS EXCLUSIVE MODE`);
  await session.query('SET LOCAL statement_timeout = 0');
}

/** The oldest transaction that uses the old tables. */
async function findBlocker(session: LongSession, logSchema: string): Promise<Blocker | undefined> {
  const [blocker] = await session.query<Blocker>(
    `SELECT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type) AS name,
            extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds
     FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
     WHERE l.granted AND l.pid <> pg_backend_pid() AND l.relation = ANY ($1::regclass[])
       AND a.xact_start < clock_timestamp() - $2 * interval '1 ms'
     ORDER BY a.xact_start LIMIT 1`,
    [tablesIn(logSchema).map(quoted), maxLockWaitMs / 2],
  );
  return blocker;
}

async function countRows(session: LongSession): Promise<Rebuilt['rows']> {
  const rows = [];
  for (const table of tablesIn(shadowSchema)) {
    const [row] = await session.query<{ count: string }>(`SELECT count(*) AS count FROM ${quoted(table)}`);
    rows.push({ table: table.name, count: Number(row?.count) });
  }
  return rows;
}
