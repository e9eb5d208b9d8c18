// Lists the projections and replays the log into them: from any offsets, into the tables of any schema.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';

/** The tables that only project_events writes. All their content can be rebuilt from the log. */
export const projections = [
  'conversation',
  'message',
  'feedback',
  'conversation_feedback',
  'signal',
  'reply_rollup',
  'signal_rollup',
  'rating_rollup',
] as const;
export type Projection = (typeof projections)[number];

/** How far the log was replayed: the next offset to replay of each topic. */
export type ReplayPosition = ReadonlyMap<string, number>;

export type Replay = {
  from: ReplayPosition;
  /** Runs the work on one chunk of the log, for example in a transaction of its own. */
  runChunk: <T>(work: () => Promise<T>) => Promise<T>;
  /** What to do if events are missing from the log: the projections of such a log are wrong. */
  gaps: 'refuse' | 'skip';
  /** Called after each chunk with the number of its events. */
  onProjected: (count: number) => void;
};

const maxEvents = 1_000;
/** Maximum characters of payload in one chunk. One event is always taken, of any size. */
const maxCharacters = 8_388_608;

// The same as for appends: every lookup has an index, and the tables have no statistics yet.
const plannerSettings = {
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
};

/**
 * Until the end of the transaction, project_events writes to the tables of the schema. The time zone is UTC, as for
 * appends, since a timestamp in an event may have no zone.
 */
export async function projectInto(session: LongSession, schema: string): Promise<void> {
  const settings = Object.entries(plannerSettings).map(([name, value]) => `SET LOCAL ${name} = ${value};`);
  await session.query(`${settings.join(' ')} SET LOCAL timezone = 'UTC'`);
  await session.query(
    `SELECT set_config('search_path', concat_ws(', ', quote_ident($1), current_setting('search_path')), true)`,
    [schema],
  );
}

/** Restores the defaults of the planner within the transaction. */
export async function resetPlannerSettings(session: LongSession): Promise<void> {
  const settings = Object.keys(plannerSettings).map((name) => `SET LOCAL ${name} TO DEFAULT`);
  await session.query(settings.join('; '));
}

export async function countEvents(session: LongSession): Promise<number> {
  const [row] = await session.query<{ count: string }>(
    'SELECT coalesce(sum(next_offset), 0) AS count FROM topic',
  );
  return Number(row?.count);
}

const projectChunk = `
  WITH found AS MATERIALIZED (
    SELECT event, length(event.payload::text) AS characters,
           sum(length(event.payload::text)) OVER (ORDER BY event."offset") AS characters_so_far
    FROM event WHERE event.topic = $1 AND event."offset" >= $2 AND event."offset" < $3
    ORDER BY event."offset" LIMIT ${maxEvents}
  )
  SELECT count(*)::int AS count, max((event)."offset") + 1 AS next,
         project_events(array_agg(event ORDER BY (event)."offset"))
  FROM found WHERE characters_so_far - characters < ${maxCharacters}
  HAVING count(*) > 0`;

/** Classes of SQLSTATE for errors in the data: 22 values, 23 constraints. */
const dataStates = /^2[23]/;

/** A range of a topic to project: from one offset up to, but not including, another. */
type Chunk = { topic: string; from: number; until: number };

async function project(session: LongSession, chunk: Chunk): Promise<{ count: number; next: number }> {
  const { topic, from, until } = chunk;
  try {
    const [row] = await session.query<{ count: number; next: string }>(projectChunk, [topic, from, until]);
    return { count: row?.count ?? 0, next: Number(row?.next ?? until) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !dataStates.test(error.code ?? '')) throw error;
    throw new Error(
      `The log can't be projected: topic ${JSON.stringify(topic)}, from offset ${from}: ${error.message}.`,
      { cause: error },
    );
  }
}

/**
 * Projects all events that are committed at its start, topic by topic and in order.
 * @returns the position that it reached
 * @throws Error if events are missing and gaps are refused, or if an event can't be projected
 */
export async function replay(session: LongSession, options: Replay): Promise<ReplayPosition> {
  const reached = new Map(options.from);
  const topics = await session.query<{ name: string; next_offset: string }>(
    'SELECT name, next_offset FROM topic ORDER BY name',
  );
  for (const { name, next_offset } of topics) {
    const until = Number(next_offset);
    for (let from = reached.get(name) ?? 0; from < until; from = reached.get(name) ?? until) {
      const { count, next } = await options.runChunk(() => project(session, { topic: name, from, until }));
      if (options.gaps === 'refuse' && next - from !== count) throw gapError(name, from, next);
      reached.set(name, next);
      options.onProjected(count);
    }
  }
  return reached;
}

function gapError(topic: string, from: number, next: number): Error {
  return new Error(
    `The log is damaged: topic ${JSON.stringify(topic)} lacks events between the offsets ${from} and ${next - 1}. Nothing was changed; run with --verify to list them.`,
  );
}
