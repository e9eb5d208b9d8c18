// Makes the projections anew from the log, beside the old ones, which stay in use until one short transaction
// switches to the new. Whatever interrupts it before then changes nothing.
//
// What makes the switch right: an append that has written to a projection, or only read one, holds a lock on it
// until its commit, so the exclusive lock waits for it and its events are seen here. One that has not yet will find
// the new tables, and project into them. No lock on topic is needed; it would deadlock, since an append that waits
// for one already holds its lock on the projections.
// A transaction of REPEATABLE READ whose snapshot is older than the switch must have locked the projections before
// it took that snapshot: to it, rows that came into the new tables later are not there.
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

/** Who uses the old projections, so that the switch must wait. */
export type Blocker = { pid: number; name: string; seconds: number };

export type RebuildOptions = {
  pool: pg.Pool;
  /** Ends the rebuild: the old projections stay, and what was made is dropped. */
  signal: AbortSignal;
  /** Told after each piece how many events were projected, of how many that the log held at the start. */
  onProgress: (done: number, total: number) => void;
  /** Told each time that the switch could not be made because of a transaction that goes on. */
  onBlocked: (blocker: Blocker) => void;
};

export type Rebuilt = {
  events: number;
  /** Shortly before the switch. */
  rows: { table: string; count: number }[];
};

// Any constant will do, as long as every version takes the same one.
const rebuildLock = 4_098_2026;
/** Fewer events than this are left to the switch. */
const fewEvents = 1_000;
/** Readers and appends queue behind the switch while it waits for the old tables: not for longer than this. */
const lockPatienceMs = 200;
/** And then go on for so long before it asks again. */
const lockPauseMs = 1_000;
/** lock_not_available, deadlock_detected, and query_canceled by statement_timeout. */
const blockedStates = ['55P03', '40P01', '57014'];

/**
 * @throws Error when another rebuild runs, the log is damaged, something is attached to the tables, or they were
 * changed meanwhile; the reason of the signal when it is aborted. The projections are then as they were.
 */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { pool, signal } = options;
  return await withLongSession({ pool, signal, name: 'afterword rebuild' }, async (session) => {
    const [row] = await session.query<{ isOurs: boolean }>('SELECT pg_try_advisory_lock($1) AS "isOurs"', [
      rebuildLock,
    ]);
    if (row?.isOurs !== true)
      throw new Error('Another rebuild is running on this database: wait until it ends.');
    try {
      return await build(session, options);
    } finally {
      await session.clear(`DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
      await session.clear(`SELECT pg_advisory_unlock(${rebuildLock})`);
    }
  });
}

async function build(session: LongSession, options: RebuildOptions): Promise<Rebuilt> {
  const home = await findLogSchema(session);
  await refuseAttachments(session, home);
  await session.query(`DROP SCHEMA IF EXISTS ${shadowSchema} CASCADE`);
  const description = await session.transact('BEGIN', async () => {
    await session.query(`CREATE SCHEMA ${shadowSchema}`);
    await createTables(session, { home, to: shadowSchema });
    // How names are written depends on the search path: it must be the one of the switch.
    await projectInto(session, shadowSchema);
    return await describeTables(session, home);
  });
  const total = await countEvents(session);
  let events = 0;
  const onProjected = (count: number) => {
    events += count;
    options.onProgress(events, total);
  };
  let position = await catchUp(session, new Map(), onProjected);
  await createIndexes(session, home);
  for (const table of tablesIn(shadowSchema)) await session.query(`VACUUM (ANALYZE) ${quoted(table)}`);
  // Not after the switch: an abort in the middle of it would seem to have prevented the switch.
  const rows = await countRows(session);
  for (;;) {
    position = await catchUp(session, position, onProjected);
    const last = await trySwitch(session, { home, description, position });
    if (last !== undefined) return { events: sum(last), rows };
    const blocker = await findBlocker(session, home);
    if (blocker !== undefined) options.onBlocked(blocker);
    await delay(lockPauseMs, undefined, { signal: options.signal });
  }
}

function sum(position: ReplayPosition): number {
  return [...position.values()].reduce((total, next) => total + next, 0);
}

/** Projects piece by piece, each in a transaction, until little is left that was appended meanwhile. */
async function catchUp(
  session: LongSession,
  from: ReplayPosition,
  onProjected: (count: number) => void,
): Promise<ReplayPosition> {
  // The commit of the switch waits for the disk; these are lost only together with the connection, and then for good.
  const begin = 'BEGIN; SET LOCAL synchronous_commit = off';
  const piece = <T>(work: () => Promise<T>) =>
    session.transact(begin, async () => {
      await projectInto(session, shadowSchema);
      return await work();
    });
  let position = from;
  for (;;) {
    const reached = await replay(session, { from: position, piece, holes: 'refuse', onProjected });
    const projected = sum(reached) - sum(position);
    position = reached;
    if (projected < fewEvents) return position;
  }
}

type Switch = { home: string; description: string | undefined; position: ReplayPosition };

/** @returns the position of the switch, or undefined where another transaction uses the old tables */
async function trySwitch(session: LongSession, options: Switch): Promise<ReplayPosition | undefined> {
  let isLocked = false;
  try {
    return await session.transact('BEGIN', async () => {
      await lockAgainstMaintenance(session, options.home);
      // What came while that was waited for is projected while everybody still reads and writes the old tables.
      const position = await replayHere(session, options.position);
      await lockForSwitch(session, options.home);
      isLocked = true;
      const last = await replayHere(session, position);
      await refuseAttachments(session, options.home);
      if ((await describeTables(session, options.home)) !== options.description) {
        throw new Error(
          'The tables or the functions were changed while they were rebuilt, as a migration does. Run the rebuild again.',
        );
      }
      await replaceTables(session, options.home);
      return last;
    });
  } catch (error) {
    const isBlocked = error instanceof pg.DatabaseError && blockedStates.includes(error.code ?? '');
    if (isLocked || !isBlocked) throw error;
    return undefined;
  }
}

async function replayHere(session: LongSession, from: ReplayPosition): Promise<ReplayPosition> {
  await projectInto(session, shadowSchema);
  return await replay(session, { from, piece: (work) => work(), holes: 'refuse', onProjected: () => {} });
}

/**
 * Keeps autovacuum, index builds and migrations away. Autovacuum yields to whoever waits for longer than
 * deadlock_timeout: it does so here, where nobody else waits behind.
 */
async function lockAgainstMaintenance(session: LongSession, home: string): Promise<void> {
  await session.query(`LOCK TABLE ${listOf(shadowSchema)} IN ACCESS EXCLUSIVE MODE`);
  await session.query(`SET LOCAL lock_timeout = '5s'`);
  await session.query(`LOCK TABLE ${listOf(home)} IN SHARE UPDATE EXCLUSIVE MODE`);
}

/**
 * Who reads one table and waits here for the next is in a deadlock with this until it gives up. Postgres would end
 * one of them after deadlock_timeout: this gives up before, so that it is never the reader.
 */
async function lockForSwitch(session: LongSession, home: string): Promise<void> {
  await session.query(
    `SELECT set_config('statement_timeout', least($1, setting::int / 2)::text, true)
     FROM pg_settings WHERE name = 'deadlock_timeout'`,
    [lockPatienceMs],
  );
  await session.query(`LOCK TABLE ${listOf(home)} IN ACCESS EXCLUSIVE MODE`);
  await session.query('SET LOCAL statement_timeout = 0');
}

/** Whoever has used the old tables for longest. */
async function findBlocker(session: LongSession, home: string): Promise<Blocker | undefined> {
  const [blocker] = await session.query<Blocker>(
    `SELECT a.pid, coalesce(nullif(a.application_name, ''), a.backend_type) AS name,
            extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS seconds
     FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
     WHERE l.granted AND l.pid <> pg_backend_pid() AND l.relation = ANY ($1::regclass[])
       AND a.xact_start < clock_timestamp() - $2 * interval '1 ms'
     ORDER BY a.xact_start LIMIT 1`,
    [tablesIn(home).map(quoted), lockPatienceMs / 2],
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
