// Measures every benchmark, one after the other. One that fails is recorded, and the others still run.
import { benchmarkNames } from '../benchmarks.ts';
import type { RunOptions } from '../command-line.ts';
import { addRun } from '../results/add-run.ts';
import { createResultFile } from '../results/result-file.ts';
import type { ResultFile } from '../results/schema.ts';
import { progress } from '../support/progress.ts';
import { runChild, thisCheckout } from './run-child.ts';

/** @param onResult called after each benchmark with the results so far */
export async function runAll(options: RunOptions, onResult: (file: ResultFile) => void): Promise<ResultFile> {
  let file = createResultFile(thisCheckout);
  for (const [index, name] of benchmarkNames.entries()) {
    progress(`all: ${name} (${index + 1} of ${benchmarkNames.length})`);
    try {
      file = addRun(file, await runChild({ checkout: thisCheckout, name, options, isShown: true }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      progress(`all: ${name} failed: ${message}`);
      file = { ...file, failures: [...file.failures, { name, message }] };
    }
    onResult(file);
  }
  return file;
}
