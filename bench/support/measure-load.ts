// One measurement under load: the requests answered between two marks, and the CPU that they took.
import type { Metric, Sample } from '../results/rounds.ts';
import { cpuBetween, readCpu } from './cpu.ts';
import type { BenchDatabase } from './database.ts';
import type { LoadCalls, LoadTarget } from './load.ts';
import type { Worker } from './worker.ts';

export type LoadMetric = 'rate' | 'p50' | 'p99' | 'serverCpu' | 'postgresCpu' | 'totalCpu';

type Titles = { title?: string; ratioTitle?: string };

const metrics: Metric<LoadMetric>[] = [
  { name: 'rate', title: 'requests/s', digits: 0, better: 'higher' },
  { name: 'p50', title: 'p50 ms', digits: 2, better: 'lower' },
  { name: 'p99', title: 'p99 ms', digits: 2, better: 'lower' },
  { name: 'serverCpu', title: 'server CPU µs', digits: 0, better: 'lower' },
  { name: 'postgresCpu', title: 'Postgres CPU µs', digits: 0, better: 'lower' },
  { name: 'totalCpu', title: 'total CPU µs', digits: 0, better: 'lower' },
];

/** @param titles where a benchmark's differ, and of the ratios that its table shows */
export const loadMetrics = (titles: Partial<Record<LoadMetric, Titles>>): Metric<LoadMetric>[] =>
  metrics.map((metric) => ({ ...metric, ...titles[metric.name] }));

const warmUpMs = 500;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function measureLoad(options: {
  database: BenchDatabase;
  load: Worker<LoadCalls>;
  /** The contender's process. */
  pid: number;
  target: LoadTarget;
  seconds: number;
}): Promise<Sample<LoadMetric>> {
  const { database, load, pid, target, seconds } = options;
  const read = () => ({ server: readCpu([pid]), postgres: database.readCpu() });
  await load.call('start', target);
  await pause(warmUpMs);
  await load.call('mark', undefined);
  const before = read();
  await pause(seconds * 1_000);
  const { count, elapsedMs, p50, p99 } = await load.call('mark', undefined);
  const after = read();
  await load.call('stop', undefined);

  const perRequest = (cpuMs: number) => (cpuMs * 1_000) / count;
  const serverCpu = perRequest(cpuBetween(before.server, after.server));
  const postgresCpu =
    before.postgres === undefined || after.postgres === undefined
      ? undefined
      : perRequest(cpuBetween(before.postgres, after.postgres));
  return {
    rate: (count * 1_000) / elapsedMs,
    p50,
    p99,
    serverCpu,
    postgresCpu,
    totalCpu: postgresCpu === undefined ? undefined : serverCpu + postgresCpu,
  };
}
