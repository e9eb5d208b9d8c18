// Measures one benchmark in this process.
import { type BenchmarkName, benchmarkOf } from '../benchmarks.ts';
import type { RunOptions } from '../command-line.ts';
import { createResultFile } from '../results/result-file.ts';
import type { BenchmarkResult, ResultFile } from '../results/schema.ts';
import { onInterrupt } from './interrupt.ts';
import { thisCheckout } from './run-child.ts';

/** @returns a result file with one benchmark or one failure */
export async function runOne(name: BenchmarkName, options: RunOptions): Promise<ResultFile> {
  const file = createResultFile(thisCheckout);
  try {
    const { benchmark, postgres } = await measure(name, options);
    return { ...file, machine: { ...file.machine, postgres }, benchmarks: [benchmark] };
  } catch (error) {
    return { ...file, failures: [{ name, message: error instanceof Error ? error.message : String(error) }] };
  }
}

async function measure(
  name: BenchmarkName,
  options: RunOptions,
): Promise<{ benchmark: BenchmarkResult; postgres: string }> {
  const { load, seconds: defaultSeconds } = benchmarkOf(name);
  const seconds = options.seconds ?? (options.isQuick ? 1 : defaultSeconds);
  const run = await load();
  await using stack = new AsyncDisposableStack();
  // Deferred first, so disposed last: until then a signal must not end the process in the middle of the cleanup.
  stack.defer(onInterrupt(() => stack.disposeAsync()));
  const { tables, postgresVersion } = await run({ ...options, seconds }, stack);
  const { rounds, isQuick, only = null } = options;
  return {
    benchmark: { name, options: { rounds, seconds, isQuick, only }, tables },
    postgres: postgresVersion,
  };
}
