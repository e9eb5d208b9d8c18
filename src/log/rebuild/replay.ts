// Names the projections, and makes them again from the log: from any offsets on, into the tables of any schema.
import pg from 'pg';
import type { LongSession } from '../../database/long-session.ts';

/** The tables that project_events writes. Nothing else does, and whatever they hold can be made again. */
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

/** How far the log was replayed: the next offset of each topic. */
export type ReplayPosition = ReadonlyMap<string, number>;

export type Replay = {
  from: ReplayPosition;
  /** Runs the work on one piece of the log: in a transaction of its own, or as it is. */
  piece: <T>(work: () => Promise<T>) => Promise<T>;
  /** What to do where the log lacks an event: nothing good can be made of such a log. */
  holes: 'refuse' | 'skip';
  /** Told how many events were projected, piece by piece. */
  onProjected: (count: number) => void;
};

const maxEvents = 1_000;
/** Characters of payload in one piece; one event is always taken, however large. */
const maxCharacters = 8_388_608;

// As where events are appended: each look-up has an index, and the tables have no statistics yet.
const plannerSettings = {
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
};

/**
 * From here to the end of the transaction, project_events writes to the tables of the schema.
 * The server reads a timestamp without a zone as UTC, and so must this.
 */
export async function projectInto(session: LongSession, schema: string): Promise<void> {
  const settings = Object.entries(plannerSettings).map(([name, value]) => `SET LOCAL ${name} = ${value};`);
  await session.query(`${settings.join(' ')} SET LOCAL timezone = 'UTC'`);
  await session.query(
    `SELECT set_config('search_path', concat_ws(', ', quote_ident($1), current_setting('search_path')), true)`,
    [schema],
  );
}

/** Gives the planner its own way again, within the transaction. */
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

const projectPiece = `
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

/** Classes of SQLSTATE that tell of the data: 22 values, 23 constraints. */
const dataStates = /^2[23]/;

/** A piece of a topic that is to be projected: from an offset on, and before another. */
type Piece = { topic: string; from: number; until: number };

async function project(session: LongSession, piece: Piece): Promise<{ count: number; next: number }> {
  const { topic, from, until } = piece;
  try {
    const [row] = await session.query<{ count: number; next: string }>(projectPiece, [topic, from, until]);
    return { count: row?.count ?? 0, next: Number(row?.next ?? until) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !dataStates.test(error.code ?? '')) throw error;
    throw new Error(
      `The log can't be projected: in topic ${JSON.stringify(topic)}, from offset ${from} on, ${error.message}.`,
      { cause: error },
    );
  }
}

/**
 * Projects, topic by topic and in order, whatever was committed when it began.
 * @returns the position up to which it came
 * @throws Error where the log lacks an event, unless holes are skipped, or an event can't be projected
 */
export async function replay(session: LongSession, options: Replay): Promise<ReplayPosition> {
  const reached = new Map(options.from);
  const topics = await session.query<{ name: string; next_offset: string }>(
    'SELECT name, next_offset FROM topic ORDER BY name',
  );
  for (const { name, next_offset } of topics) {
    const until = Number(next_offset);
    for (let from = reached.get(name) ?? 0; from < until; from = reached.get(name) ?? until) {
      const { count, next } = await options.piece(() => project(session, { topic: name, from, until }));
      if (options.holes === 'refuse' && next - from !== count) throw damage(name, from, next);
      reached.set(name, next);
      options.onProjected(count);
    }
  }
  return reached;
}

function damage(topic: string, from: number, next: number): Error {
  return new Error(
    `The log is damaged: of topic ${JSON.stringify(topic)} it lacks events between the offsets ${from} and ${next - 1}. Nothing was changed; --verify says which.`,
  );
}
