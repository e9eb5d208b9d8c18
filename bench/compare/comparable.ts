// Whether two result files may be compared at all.
import type { BenchmarkResult, ResultFile } from '../results/schema.ts';

const machineNames: Record<keyof ResultFile['machine'], string> = {
  cores: 'cores',
  cpu: 'CPU',
  memoryMib: 'memory (MiB)',
  kernel: 'kernel',
  node: 'Node',
  postgres: 'Postgres',
};
const optionNames: Record<keyof Omit<BenchmarkResult['options'], 'rounds'>, string> = {
  seconds: '--seconds',
  isQuick: '--quick',
  only: '--only',
};

/** Benchmarks that both files hold, as pairs. */
export function sharedBenchmarks(a: ResultFile, b: ResultFile): [BenchmarkResult, BenchmarkResult][] {
  return a.benchmarks.flatMap((first): [BenchmarkResult, BenchmarkResult][] => {
    const second = b.benchmarks.find(({ name }) => name === first.name);
    return second === undefined ? [] : [[first, second]];
  });
}

/** What differs, one phrase for each field. */
export function machineDifferences(a: ResultFile, b: ResultFile): string[] {
  return differences(machineNames, a.machine, b.machine);
}

/** @throws Error if the files were measured with other options or on other machines, or have nothing in common */
export function checkComparable(a: ResultFile, b: ResultFile, { force }: { force: boolean }): void {
  const shared = sharedBenchmarks(a, b);
  if (shared.length === 0) throw new Error('A and B have no benchmark in common.');
  for (const [first, second] of shared) {
    const found = differences(optionNames, first.options, second.options);
    if (found.length === 0) continue;
    throw new Error(
      `The options of ${first.name} differ: ${found.join(', ')}. Measure both with the same options.`,
    );
  }
  const found = machineDifferences(a, b);
  if (found.length === 0 || force) return;
  throw new Error(
    `The machines differ: ${found.join(', ')}. Measure both on one machine, or compare anyway with --force.`,
  );
}

function differences<Field extends string>(
  names: Record<Field, string>,
  a: Record<Field, unknown>,
  b: Record<Field, unknown>,
): string[] {
  const fields = Object.entries<string>(names).filter((entry): entry is [Field, string] => entry[0] in names);
  return fields
    .filter(([field]) => a[field] !== b[field])
    .map(([field, name]) => `${name} ${a[field]} in A and ${b[field]} in B`);
}
