// The benchmarks by name, in the order of `all`. Each is loaded only when it runs.
import type { Results } from './results/schema.ts';
import type { Options } from './support/options.ts';

/** @param stack takes what is to be released at the end */
type RunBenchmark = (options: Options, stack: AsyncDisposableStack) => Promise<Results>;

type Benchmark = {
  /** Default of --seconds. */
  seconds: number;
  load: () => Promise<RunBenchmark>;
};

const benchmarks = {
  stream: { seconds: 4, load: async () => (await import('./stream.ts')).benchStream },
  fanout: { seconds: 5, load: async () => (await import('./fanout.ts')).benchFanout },
  memory: { seconds: 1, load: async () => (await import('./memory.ts')).benchMemory },
  append: { seconds: 4, load: async () => (await import('./append.ts')).benchAppend },
  feedback: { seconds: 5, load: async () => (await import('./feedback.ts')).benchFeedback },
  dashboards: { seconds: 10, load: async () => (await import('./dashboards.ts')).benchDashboards },
  replay: { seconds: 5, load: async () => (await import('./replay.ts')).benchReplay },
  export: { seconds: 1, load: async () => (await import('./export.ts')).benchExport },
  read: { seconds: 8, load: async () => (await import('./read.ts')).benchRead },
} satisfies Record<string, Benchmark>;

export type BenchmarkName = keyof typeof benchmarks;

export const benchmarkNames = Object.keys(benchmarks).filter(isBenchmarkName);

export function isBenchmarkName(name: string): name is BenchmarkName {
  return Object.hasOwn(benchmarks, name);
}

export const benchmarkOf = (name: BenchmarkName): Benchmark => benchmarks[name];
