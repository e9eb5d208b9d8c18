// Events through the log writer, beside raw pg with one hand-written transaction for each.
import { type Contender, measureRounds, other, ours } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { migrateDatabase } from './support/command.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import { loadMetrics, measureLoad } from './support/measure-load.ts';
import { type Options, selectNamed } from './support/options.ts';
import { seed } from './support/seed.ts';
import { startWorker } from './support/worker.ts';

type ContenderName = 'log writer' | 'raw pg';
const contenders: Contender<ContenderName>[] = [ours('log writer'), other('raw pg')];

type Case = { name: string; writers: number; topics: 1 | 4; kind: 'rating' | 'message' };

const createCase = (writers: number, topics: 1 | 4, kind: Case['kind']): Case => ({
  name: `${writers} × ${kind}, ${topics === 1 ? '1 topic' : '4 topics'}`,
  ...{ writers, topics, kind },
});

const cases: Case[] = [
  ...[1, 16, 64, 256].map((writers) => createCase(writers, 1, 'rating')),
  ...[1, 16, 64, 256].map((writers) => createCase(writers, 4, 'rating')),
  ...[1, 64].map((writers) => createCase(writers, 1, 'message')),
];
/** What --quick measures: every kind of load, each once. */
const quickCases = [createCase(1, 1, 'rating'), createCase(64, 4, 'rating'), createCase(64, 1, 'message')];

const fourTopics = ['a', 'b', 'c', 'd'];
/** Connections left to others: this process, and those that a server reserves for its superuser. */
const spareConnections = 10;

/** @throws Error if a log has a gap, or does not hold as many events as were acknowledged */
async function checkLog(database: BenchDatabase, acknowledged: number): Promise<void> {
  const topics = await database.run<{ name: string; events: number; span: number; grown: number }>(
    `SELECT t.name, count(*)::int AS events, (max(e."offset") - min(e."offset") + 1)::int AS span,
            (t.next_offset - min(e."offset"))::int AS grown
     FROM topic AS t JOIN event AS e ON e.topic = t.name GROUP BY t.name`,
  );
  const isContiguous = topics.every(({ events, span, grown }) => events === span && events === grown);
  const versions = await database.run(
    `SELECT FROM event AS e JOIN conversation AS c ON c.id = e.conversation_id
     GROUP BY c.id HAVING count(*) <> max(e.version) - min(e.version) + 1 OR max(e.version) <> c.version`,
  );
  const events = topics.reduce((sum, topic) => sum + topic.events, 0);
  if (isContiguous && versions.length === 0 && events === acknowledged) return;
  throw new Error(
    `The log does not hold what was acknowledged (${acknowledged} events; ${versions.length} conversations have ` +
      `wrong versions): ${JSON.stringify(topics)}`,
  );
}

function startWorkers(stack: AsyncDisposableStack, profile: string | undefined) {
  const start = (file: string, environment: NodeJS.ProcessEnv = {}) => {
    const worker = startWorker<LoadCalls>(new URL(file, import.meta.url), environment);
    stack.defer(() => worker.stop());
    return worker;
  };
  const profiling = profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` };
  return { log: start('./support/log-append.ts', profiling || {}), raw: start('./support/raw-append.ts') };
}

async function readMaxConnections(database: BenchDatabase): Promise<number> {
  const [row] = await database.run<{ max: number }>(`SELECT current_setting('max_connections')::int AS max`);
  return Math.max(1, (row?.max ?? 0) - spareConnections);
}

export async function benchAppend(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const database = await openDatabase(stack);
  await migrateDatabase(database.url);
  const conversations = options.isQuick ? 500 : 5_000;
  const ids = {
    1: await seed(database, conversations),
    4: await seed(database, conversations, { name: 'M', topics: fourTopics }),
  };
  const maxConnections = await readMaxConnections(database);
  const { log, raw } = startWorkers(stack, options.profile);

  const measure = ({ writers, topics, kind }: Case, contender: ContenderName, seconds: number) => {
    const load = contender === 'raw pg' ? raw : log;
    const target: LoadTarget = {
      ...{ url: database.url, connections: writers, templates: [kind] },
      ids: kind === 'rating' ? ids[topics].replies : ids[topics].conversations,
      maxConnections,
    };
    return measureLoad({ database, load, pid: load.pid, seconds, target });
  };
  for (const { name } of contenders)
    await measure(createCase(16, 4, 'rating'), name, options.isQuick ? 1 : 2);
  const plan = {
    name: 'append',
    cases: selectNamed(options.isQuick ? quickCases : cases, options.only),
    contenders,
    metrics: loadMetrics({
      rate: { title: 'events/s', ratioTitle: 'events/s by raw pg’s' },
      p50: { ratioTitle: 'p50 by raw pg’s' },
    }),
    limit: 'raw pg' as const,
    note: `Raw pg has as many connections as writers, at most ${maxConnections} here.`,
  };
  const table = await measureRounds(plan, options, (oneCase, contender) =>
    measure(oneCase, contender, options.seconds),
  );
  await checkLog(database, (await log.call('total', undefined)) + (await raw.call('total', undefined)));
  return { postgresVersion: database.version, tables: [table] };
}
