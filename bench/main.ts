// Runs the command that the arguments name, prints its tables to stdout and writes its result files.
import { join } from 'node:path';
import { benchmarkNames } from './benchmarks.ts';
import { type Command, type JsonTarget, parseCommand } from './command-line.ts';
import { checkComparable } from './compare/comparable.ts';
import { compareResults } from './compare/compare.ts';
import { renderComparison } from './compare/render-comparison.ts';
import { renderBenchmark } from './results/render-table.ts';
import { readResultFile, writeResultFile } from './results/result-file.ts';
import type { ResultFile } from './results/schema.ts';
import { runAll } from './run/run-all.ts';
import { thisCheckout } from './run/run-child.ts';
import { runOne } from './run/run-one.ts';
import { runPaired, type Sides } from './run/run-paired.ts';
import { progress } from './support/progress.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

const resultFolder = join(thisCheckout, '.afterword/bench');

/** A name for results of now, for files that were not given one. */
function defaultName({ date, commit }: ResultFile): string {
  return `${date.replaceAll(/[:.]/g, '-')}-${commit?.slice(0, 12) ?? 'no-commit'}`;
}

function pathOf(file: ResultFile, json: JsonTarget): string | undefined {
  if (json === 'none') return undefined;
  return json === 'default' ? join(resultFolder, `${defaultName(file)}.json`) : json.path;
}

function save(file: ResultFile, json: JsonTarget): void {
  const path = pathOf(file, json);
  if (path !== undefined) writeResultFile(path, file);
}

/** Of a path that the caller chose there is nothing to say. */
function reportPath(file: ResultFile, json: JsonTarget): void {
  if (json === 'default') progress(`The results are in ${pathOf(file, json)}`);
}

function printTables({ benchmarks }: ResultFile): void {
  for (const benchmark of benchmarks) print(`\n${renderBenchmark(benchmark)}`);
}

/** @returns whether none failed */
function reportFailures({ failures }: ResultFile): boolean {
  for (const { name, message } of failures) process.stderr.write(`${name} failed: ${message}\n`);
  return failures.length === 0;
}

/** @returns whether nothing is worse */
function compare(
  [a, b]: [ResultFile, ResultFile],
  options: { minDifference: number; force: boolean },
): boolean {
  checkComparable(a, b, options);
  const comparisons = compareResults(a, b, options);
  print(renderComparison([a, b], comparisons, options));
  return comparisons.every(({ verdict }) => verdict !== 'worse');
}

async function paired(command: Extract<Command, { kind: 'paired' }>): Promise<boolean> {
  const folderOf = ({ current }: Sides) =>
    command.out ?? join(resultFolder, `paired-${defaultName(current)}`);
  const sides = await runPaired(command, (soFar) => {
    writeResultFile(join(folderOf(soFar), 'base.json'), soFar.base);
    writeResultFile(join(folderOf(soFar), 'current.json'), soFar.current);
  });
  const { base, current } = sides;
  progress(`The results are in ${folderOf(sides)}`);
  const isComplete = reportFailures(current);
  if (current.benchmarks.length === 0) return false;
  const isAsGood = compare([base, current], { minDifference: command.minDifference, force: false });
  return isAsGood && isComplete;
}

/** @returns whether all went well */
async function run(command: Command): Promise<boolean> {
  switch (command.kind) {
    case 'list':
      print(benchmarkNames.join('\n'));
      return true;
    case 'show':
      printTables(readResultFile(command.path));
      return true;
    case 'run': {
      const file = await runOne(command.name, command.options);
      printTables(file);
      save(file, command.json);
      reportPath(file, command.json);
      return reportFailures(file);
    }
    case 'all': {
      const file = await runAll(command.options, (soFar) => save(soFar, command.json));
      reportPath(file, command.json);
      return reportFailures(file);
    }
    case 'compare':
      return compare([readResultFile(command.a), readResultFile(command.b)], command);
    case 'paired':
      return paired(command);
    default:
      return command satisfies never;
  }
}

async function main(): Promise<void> {
  try {
    if (!(await run(parseCommand(process.argv.slice(2))))) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

await main();
