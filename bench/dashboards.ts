// Dashboards that follow one aggregate while ratings arrive at a steady pace: what each more of them costs.
import { setTimeout as pause } from 'node:timers/promises';
import type { Options } from './main.ts';
import { startAfterword } from './support/afterword.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import type { DashboardMark, DashboardTarget } from './support/dashboard-readers.ts';
import { openDatabase } from './support/database.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { seed } from './support/seed.ts';
import { startWorker } from './support/worker.ts';

type Calls = {
  start(target: DashboardTarget): Promise<void>;
  mark(): DashboardMark;
  stop(): void;
};
type Metric = 'ratings' | 'updates' | 'p50' | 'p99' | 'statements' | 'serverCpu';

const counts = [1, 100, 1_000];
const perSecond = 500;
const warmUpMs = 1_000;
const contender = 'afterword';

export async function benchDashboards(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  const modelUrl = 'http://127.0.0.1:9/v1';
  const { profile } = options;
  // All dashboards are one user's.
  process.env.MAX_CONNECTIONS_PER_USER = '10000';
  const server = await startAfterword(stack, { databaseUrl: database.url, modelUrl, profile });
  const { replies: ids } = await seed(database, options.isQuick ? 200 : 5_000);
  const worker = startWorker<Calls>(new URL('./support/dashboard-readers.ts', import.meta.url));
  stack.defer(() => worker.stop());

  const readStatements = async () => {
    const [row] = await database.run<{ count: number }>(
      `SELECT xact_commit::float8 AS count FROM pg_stat_database WHERE datname = current_database()`,
    );
    return row?.count ?? 0;
  };
  const measure = async (caseName: string): Promise<Sample<Metric>> => {
    const dashboards = Number.parseInt(caseName, 10);
    await worker.call('start', { url: server.url, dashboards, perSecond, ids });
    await pause(warmUpMs);
    await worker.call('mark', undefined);
    const before = { statements: await readStatements(), cpu: readCpu([server.pid]) };
    await pause(options.seconds * 1_000);
    const found = await worker.call('mark', undefined);
    const cpuMs = cpuBetween(before.cpu, readCpu([server.pid]));
    const statements = (await readStatements()) - before.statements;
    await worker.call('stop', undefined);
    const each = (count: number) => (count * 1_000) / found.elapsedMs;
    return {
      ratings: each(found.ratings),
      updates: each(found.updates),
      ...{ p50: found.p50, p99: found.p99 },
      statements: each(statements),
      serverCpu: (cpuMs * 1_000) / found.updates,
    };
  };
  const cases = (options.isQuick ? [1, 20] : counts)
    .map((count) => `${count} dashboards`)
    .filter((name) => options.only === undefined || name === options.only);
  const names = { cases, contenders: [contender] };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, measure);
  return renderResults(results, {
    ...names,
    limit: contender,
    columns: [
      { title: 'ratings/s', metric: 'ratings', digits: 0 },
      { title: 'updates/s', metric: 'updates', digits: 0 },
      { title: 'p50 ms', metric: 'p50', digits: 0 },
      { title: 'p99 ms', metric: 'p99', digits: 0 },
      { title: 'transactions/s', metric: 'statements', digits: 0 },
      { title: 'server CPU µs an update', metric: 'serverCpu', digits: 0 },
    ],
    ratios: [],
  });
}
