// Rebuilds and verifies as the command does, on a log with everything in it.
import pg from 'pg';
import { newId } from '../../src/lib/ulid.ts';
import { type RebuildOptions, type Rebuilt, rebuild } from '../../src/log/rebuild/rebuild.ts';
import { type Verified, verify } from '../../src/log/rebuild/verify.ts';
import { add, append, end, type Item, projections, reply, running, start, update } from './log.ts';
import { waitUntil } from './wait.ts';

export type Bench = {
  /** One idle connection at most is in it: what runs next runs on the one that ran before. */
  pool: pg.Pool;
  rebuild(options?: Partial<RebuildOptions>): Promise<Rebuilt>;
  verify(maxDifferences?: number): Promise<Verified>;
  close(): Promise<void>;
};

export function createBench(url: string): Bench {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => {});
  const { signal } = new AbortController();
  return {
    pool,
    rebuild: (options) => rebuild({ pool, signal, onProgress: () => {}, onBlocked: () => {}, ...options }),
    verify: (maxDifferences = 10) => verify({ pool, signal, maxDifferences, onProgress: () => {} }),
    close: () => pool.end(),
  };
}

/** The number of rows in which the tables differ from the log, by table; equal ones are left out. */
export function differing({ comparisons }: Verified): Record<string, number> {
  const found = comparisons.filter(({ differing }) => differing > 0);
  return Object.fromEntries(found.map(({ table, differing }) => [table, differing]));
}

export type Talk = { conversation: string; prompt: string; reply: string; other: string };

/** Appends talks with all types of events to each topic; the replies of the last talks are still running. */
export async function appendTalks(client: pg.ClientBase, topics: string[], count = 4): Promise<Talk[]> {
  const all: Talk[] = [];
  const batch = async (make: (talk: Talk, index: number) => Item[]) => {
    await append(client, ...all.map(make).filter((items) => items.length > 0));
  };
  const topicOf = (index: number) => topics[index % topics.length];
  for (let index = 0; index < count * topics.length; index += 1) {
    all.push({ conversation: newId(), prompt: newId(), reply: newId(), other: newId() });
  }
  await batch((talk, index) => [
    start(talk.conversation, { topic: topicOf(index) ?? 'default' }),
    add(talk.conversation, talk.prompt),
    running(talk.conversation, talk.reply),
    reply(talk.conversation, talk.other, { parent_id: talk.prompt, content: 'another' }),
  ]);
  const done = all.slice(0, -1);
  const by = { actor: null, privileged: true };
  await batch((talk) =>
    done.includes(talk) ? [update(talk.reply, { status: 'complete', content: 'whole' }, by)] : [],
  );
  await batch((talk) => [
    update(talk.reply, {
      ...{ rating: 'like', feedback: 'good', tags: ['short'] },
      ...{ preferred_over: [talk.other], tied_with: [], signal: 'copied' },
    }),
  ]);
  await batch((talk) => [
    update(talk.other, { score: 0.25 }),
    update(talk.other, { rating: 'dislike', username: 'bob' }),
  ]);
  await batch((talk, index) => (index % 2 === 0 ? [update(talk.other, { score: null })] : []));
  await batch((talk, index) => (index % 3 === 0 ? [end(talk.conversation)] : []));
  return all;
}

/** Holds the projections up in a transaction of a connection of its own. */
export async function hold(
  url: string,
  statement: string,
): Promise<{ client: pg.Client; release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return { client, release: () => client.end() };
}

/** Waits until a connection of this name waits for a lock on the table. */
export async function waitUntilLocked(client: pg.ClientBase, name: string, table: string): Promise<void> {
  await waitUntil(`${name} waits for ${table}`, async () => {
    const { rows } = await client.query(
      `SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
       WHERE NOT l.granted AND a.application_name = $1 AND l.relation = $2::regclass`,
      [name, table],
    );
    return rows.length > 0;
  });
}

export async function hasShadow(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query(`SELECT FROM pg_namespace WHERE nspname = 'afterword_rebuild'`);
  return rows.length > 0;
}

/** The rows of the projections with the transactions that wrote them: they tell any write, even of the same values. */
export async function physicalRows(client: pg.ClientBase): Promise<unknown> {
  const { rows } = await client.query(
    projections
      .map((table) => `SELECT tableoid::regclass::text, ctid::text, xmin::text, xmax::text FROM ${table}`)
      .join(' UNION ALL '),
  );
  return rows;
}

/** Everything of the tables that a rebuild must keep: columns, indexes, constraints, owners and rights. */
export async function catalogOf(client: pg.ClientBase): Promise<unknown> {
  const tables = `('${projections.join("', '")}')`;
  const { rows } = await client.query(
    `SELECT t.relname, t.relowner::regrole::text AS owner, t.relacl::text AS rights, t.reloptions, t.relpersistence,
       (SELECT jsonb_agg(jsonb_build_array(c.attname, format_type(c.atttypid, c.atttypmod), c.attnotnull, c.attcollation,
                           c.attacl::text, c.attstorage, pg_get_expr(d.adbin, d.adrelid)) ORDER BY c.attnum)
        FROM pg_attribute AS c LEFT JOIN pg_attrdef AS d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
        WHERE c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped) AS columns,
       (SELECT jsonb_agg(jsonb_build_array(i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), i.indisprimary,
                           i.indisunique, i.indisvalid) ORDER BY i.indexrelid::regclass::text)
        FROM pg_index AS i WHERE i.indrelid = t.oid) AS indexes,
       (SELECT jsonb_agg(jsonb_build_array(k.conname, pg_get_constraintdef(k.oid)) ORDER BY k.conname)
        FROM pg_constraint AS k WHERE k.conrelid = t.oid) AS constraints
     FROM pg_class AS t WHERE t.relname IN ${tables} AND t.relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  return rows;
}
