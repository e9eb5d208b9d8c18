// Dashboards that follow one aggregate while ratings arrive at a steady pace: what each additional dashboard costs.
import { setTimeout as pause } from 'node:timers/promises';
import { type Metric, measureRounds, ours, type Sample } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { startAfterword } from './support/afterword.ts';
import { cpuBetween, readCpu } from './support/cpu.ts';
import type { DashboardMark, DashboardTarget } from './support/dashboard-readers.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import { type Options, selectNamed } from './support/options.ts';
import { seed } from './support/seed.ts';
import { startWorker } from './support/worker.ts';

type Calls = {
  start(target: DashboardTarget): Promise<void>;
  mark(): DashboardMark;
  stop(): void;
};
type MetricName = 'ratings' | 'updates' | 'p50' | 'p99' | 'transactions' | 'serverCpu';

const dashboardCounts = [1, 100, 1_000];
const ratingsPerSecond = 500;
const warmUpMs = 1_000;
const metrics: Metric<MetricName>[] = [
  // What the load offers, and what the interval between updates allows.
  { name: 'ratings', title: 'ratings/s', digits: 0, better: 'neither' },
  { name: 'updates', title: 'updates/s', digits: 0, better: 'neither' },
  { name: 'p50', title: 'p50 ms', digits: 0, better: 'lower' },
  { name: 'p99', title: 'p99 ms', digits: 0, better: 'lower' },
  { name: 'transactions', title: 'transactions/s', digits: 0, better: 'lower' },
  { name: 'serverCpu', title: 'server CPU µs an update', digits: 0, better: 'lower' },
];

async function readTransactions(database: BenchDatabase): Promise<number> {
  const [row] = await database.run<{ count: number }>(
    `SELECT xact_commit::float8 AS count FROM pg_stat_database WHERE datname = current_database()`,
  );
  return row?.count ?? 0;
}

export async function benchDashboards(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const database = await openDatabase(stack);
  const modelUrl = 'http://127.0.0.1:9/v1';
  const { profile } = options;
  const server = await startAfterword(stack, { databaseUrl: database.url, modelUrl, profile });
  const { replies: ids } = await seed(database, options.isQuick ? 200 : 5_000);
  const worker = startWorker<Calls>(new URL('./support/dashboard-readers.ts', import.meta.url));
  stack.defer(() => worker.stop());

  const measure = async ({ dashboards }: { dashboards: number }): Promise<Sample<MetricName>> => {
    await worker.call('start', { url: server.url, dashboards, ratingsPerSecond, ids });
    await pause(warmUpMs);
    await worker.call('mark', undefined);
    const before = { transactions: await readTransactions(database), cpu: readCpu([server.pid]) };
    await pause(options.seconds * 1_000);
    const mark = await worker.call('mark', undefined);
    const cpuMs = cpuBetween(before.cpu, readCpu([server.pid]));
    const transactions = (await readTransactions(database)) - before.transactions;
    await worker.call('stop', undefined);
    const perSecond = (count: number) => (count * 1_000) / mark.elapsedMs;
    return {
      ratings: perSecond(mark.ratings),
      updates: perSecond(mark.updates),
      ...{ p50: mark.p50, p99: mark.p99 },
      transactions: perSecond(transactions),
      serverCpu: (cpuMs * 1_000) / mark.updates,
    };
  };
  const cases = (options.isQuick ? [1, 20] : dashboardCounts).map((dashboards) => ({
    name: `${dashboards} dashboards`,
    dashboards,
  }));
  const plan = {
    name: 'dashboards',
    cases: selectNamed(cases, options.only),
    contenders: [ours('afterword')],
    metrics,
  };
  return { postgresVersion: database.version, tables: [await measureRounds(plan, options, measure)] };
}
