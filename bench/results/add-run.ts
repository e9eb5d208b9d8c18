// Adds runs to a result file: of another benchmark, or of more rounds of one that the file holds.
import type { BenchmarkResult, ContenderResult, ResultFile, ResultTable, Summary } from './schema.ts';
import { summarize } from './summary.ts';

/**
 * @param run result file with one benchmark or one failure
 * @throws Error if the run failed, or measured another state of the checkout than the file says
 */
export function addRun(file: ResultFile, run: ResultFile): ResultFile {
  const [added] = run.benchmarks;
  if (added === undefined) throw new Error(run.failures[0]?.message ?? 'The run holds no result.');
  if (run.commit !== file.commit || run.isDirty !== file.isDirty) {
    throw new Error('The checkout changed while it was measured: it has another commit, or changed files.');
  }
  const existing = file.benchmarks.find(({ name }) => name === added.name);
  return {
    ...file,
    machine: { ...file.machine, postgres: file.machine.postgres ?? run.machine.postgres },
    benchmarks:
      existing === undefined
        ? [...file.benchmarks, added]
        : file.benchmarks.map((one) => (one === existing ? mergeRounds(existing, added) : one)),
  };
}

/** @throws Error if the two did not measure the same cases and contenders */
function mergeRounds(first: BenchmarkResult, second: BenchmarkResult): BenchmarkResult {
  const shapes = [shapeOf(first), shapeOf(second)];
  if (shapes[0] !== shapes[1])
    throw new Error(`Runs of ${first.name} measured different things: ${shapes.join('; ')}`);
  return {
    ...first,
    options: { ...first.options, rounds: first.options.rounds + second.options.rounds },
    tables: first.tables.map((table, index) => mergeTables(table, second.tables[index])),
  };
}

/** What was measured, without the values. */
function shapeOf({ tables }: BenchmarkResult): string {
  const shape = tables.map(({ name, cases, metrics }) => [
    name,
    metrics.map((metric) => metric.name),
    cases.map((one) => [one.name, one.contenders.map((contender) => contender.name)]),
  ]);
  return JSON.stringify(shape);
}

function mergeTables(first: ResultTable, second: ResultTable | undefined): ResultTable {
  const merged = (contender: ContenderResult, added: ContenderResult | undefined): ContenderResult => ({
    ...contender,
    metrics: mergeSummaries(contender.metrics, added?.metrics ?? {}),
    ratios: mergeSummaries(contender.ratios, added?.ratios ?? {}),
  });
  return {
    ...first,
    cases: first.cases.map((one, index) => ({
      ...one,
      contenders: one.contenders.map((contender, position) =>
        merged(contender, second?.cases[index]?.contenders[position]),
      ),
    })),
  };
}

function mergeSummaries(
  first: Record<string, Summary>,
  second: Record<string, Summary>,
): Record<string, Summary> {
  return Object.fromEntries(
    Object.entries(first).map(([name, { rounds }]) => [
      name,
      summarize([...rounds, ...(second[name]?.rounds ?? [])]),
    ]),
  );
}
