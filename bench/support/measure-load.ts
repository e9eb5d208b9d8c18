// One measurement under load: what was answered between two marks, and the CPU that it took.
import { cpuBetween, readCpu } from './cpu.ts';
import type { BenchDatabase } from './database.ts';
import type { LoadCalls, LoadTarget } from './load.ts';
import type { Column, Sample } from './rounds.ts';
import type { Worker } from './worker.ts';

export type LoadMetric = 'rate' | 'p50' | 'p99' | 'serverCpu' | 'postgresCpu' | 'totalCpu';

/** @param rate what is counted, per second */
export const loadColumns = (rate: string): Column<LoadMetric>[] => [
  { title: rate, metric: 'rate', digits: 0 },
  { title: 'p50 ms', metric: 'p50', digits: 2 },
  { title: 'p99 ms', metric: 'p99', digits: 2 },
  { title: 'server CPU µs', metric: 'serverCpu', digits: 0 },
  { title: 'Postgres CPU µs', metric: 'postgresCpu', digits: 0 },
  { title: 'total CPU µs', metric: 'totalCpu', digits: 0 },
];

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
