// Events through the log writer, beside raw pg with one hand-written transaction for each.

import type { Options } from './main.ts';
import { migrateDatabase } from './support/command.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import type { LoadCalls, LoadTarget } from './support/load.ts';
import { type LoadMetric, loadColumns, measureLoad } from './support/measure-load.ts';
import { measureRounds, renderResults } from './support/rounds.ts';
import { seed } from './support/seed.ts';
import { startWorker } from './support/worker.ts';

const contenders = ['log writer', 'raw pg'];

type Case = { name: string; writers: number; topics: 1 | 4; kind: 'rating' | 'message' };

const caseOf = (writers: number, topics: 1 | 4, kind: Case['kind']): Case => ({
  name: `${writers} × ${kind}, ${topics === 1 ? '1 topic' : '4 topics'}`,
  ...{ writers, topics, kind },
});

const cases: Case[] = [
  ...[1, 16, 64, 256].map((writers) => caseOf(writers, 1, 'rating')),
  ...[1, 16, 64, 256].map((writers) => caseOf(writers, 4, 'rating')),
  ...[1, 64].map((writers) => caseOf(writers, 1, 'message')),
];
/** What --quick measures: every kind of load, each once. */
const quickCases = [caseOf(1, 1, 'rating'), caseOf(64, 4, 'rating'), caseOf(64, 1, 'message')];

const manyTopics = ['a', 'b', 'c', 'd'];
/** Connections that others may have open: this process's own, and those that a server keeps for its superuser. */
const spareConnections = 10;

/** @throws Error where a log has a hole, or is not of as many events as were acknowledged */
async function checkLog(database: BenchDatabase, acknowledged: number): Promise<void> {
  const topics = await database.run<{ name: string; events: number; span: number; grown: number }>(
    `SELECT t.name, count(*)::int AS events, (max(e."offset") - min(e."offset") + 1)::int AS span,
            (t.next_offset - min(e."offset"))::int AS grown
     FROM topic AS t JOIN event AS e ON e.topic = t.name GROUP BY t.name`,
  );
  const isWhole = topics.every(({ events, span, grown }) => events === span && events === grown);
  const versions = await database.run(
    `SELECT FROM event AS e JOIN conversation AS c ON c.id = e.conversation_id
     GROUP BY c.id HAVING count(*) <> max(e.version) - min(e.version) + 1 OR max(e.version) <> c.version`,
  );
  const events = topics.reduce((sum, topic) => sum + topic.events, 0);
  if (isWhole && versions.length === 0 && events === acknowledged) return;
  throw new Error(
    `The log is not what was acknowledged (${acknowledged} events; ${versions.length} conversations differ): ${JSON.stringify(topics)}`,
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

export async function benchAppend(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  await migrateDatabase(database.url);
  const conversations = options.isQuick ? 500 : 5_000;
  const ids = {
    1: await seed(database, conversations),
    4: await seed(database, conversations, { name: 'M', topics: manyTopics }),
  };
  const [limits] = await database.run<{ most: number }>(
    `SELECT current_setting('max_connections')::int AS most`,
  );
  const mostConnections = Math.max(1, (limits?.most ?? 0) - spareConnections);
  const { log, raw } = startWorkers(stack, options.profile);

  const measure = ({ writers, topics, kind }: Case, contender: string, seconds: number) => {
    const load = contender === 'raw pg' ? raw : log;
    const target: LoadTarget = {
      ...{ url: database.url, connections: writers, templates: [kind] },
      ids: kind === 'rating' ? ids[topics].replies : ids[topics].conversations,
      mostConnections,
    };
    return measureLoad({ database, load, pid: load.pid, seconds, target });
  };
  const chosen = (options.isQuick ? quickCases : cases).filter(
    ({ name }) => options.only === undefined || name === options.only,
  );
  for (const contender of contenders)
    await measure(caseOf(16, 4, 'rating'), contender, options.isQuick ? 1 : 2);
  const names = { cases: chosen.map(({ name }) => name), contenders };
  const results = await measureRounds<LoadMetric>(
    { rounds: options.rounds, ...names },
    (caseName, contender) =>
      measure(
        cases.find(({ name }) => name === caseName) ?? caseOf(1, 1, 'rating'),
        contender,
        options.seconds,
      ),
  );
  await checkLog(database, (await log.call('total', undefined)) + (await raw.call('total', undefined)));
  const table = renderResults(results, {
    ...names,
    limit: 'raw pg',
    columns: loadColumns('events/s'),
    ratios: [
      { title: 'events/s by raw pg’s', metric: 'rate' },
      { title: 'p50 by raw pg’s', metric: 'p50' },
    ],
  });
  return `${table}\n\nRaw pg has as many connections as writers, at most ${mostConnections} here.`;
}
