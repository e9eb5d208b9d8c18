// Measures benchmarks of two checkouts alternately: each round is a run of its own of the one, then of the other, in an
// order that changes with the round. Drift of the machine then meets both alike, and so does what only a new start
// varies (where memory lies, what the compiler inlines).
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BenchmarkName } from '../benchmarks.ts';
import type { RunOptions } from '../command-line.ts';
import { addRun } from '../results/add-run.ts';
import { createResultFile } from '../results/result-file.ts';
import type { ResultFile } from '../results/schema.ts';
import { progress } from '../support/progress.ts';
import { runChild, thisCheckout } from './run-child.ts';

export type Sides = { base: ResultFile; current: ResultFile };

/** @param onResult called after each benchmark with the results so far */
export async function runPaired(
  { base, names, options }: { base: string; names: readonly BenchmarkName[]; options: RunOptions },
  onResult: (sides: Sides) => void,
): Promise<Sides> {
  const checkouts = { base: resolve(base), current: thisCheckout };
  checkCheckout(checkouts.base);
  const pairId = randomUUID();
  let sides: Sides = {
    base: { ...createResultFile(checkouts.base), pairId },
    current: { ...createResultFile(checkouts.current), pairId },
  };
  for (const name of names) {
    try {
      sides = await addRounds(sides, { checkouts, name, options });
    } catch (error) {
      const failure = { name, message: error instanceof Error ? error.message : String(error) };
      progress(`paired: ${name} failed: ${failure.message}`);
      sides = { base: addFailure(sides.base, failure), current: addFailure(sides.current, failure) };
    }
    onResult(sides);
  }
  return sides;
}

/** @throws Error if these benchmarks can't be run there */
function checkCheckout(folder: string): void {
  if (!existsSync(join(folder, 'bench/results/schema.ts'))) {
    throw new Error(
      `${folder} is not a checkout with these benchmarks: there is no bench/results/schema.ts.`,
    );
  }
  if (!existsSync(join(folder, 'node_modules'))) {
    throw new Error(`${folder} has no node_modules. Run there: npm ci && npm ci --prefix bench/peers`);
  }
}

type Rounds = { checkouts: Record<keyof Sides, string>; name: BenchmarkName; options: RunOptions };

async function addRounds(before: Sides, { checkouts, name, options }: Rounds): Promise<Sides> {
  const sides = { ...before };
  for (let round = 1; round <= options.rounds; round += 1) {
    const order = round % 2 === 1 ? (['base', 'current'] as const) : (['current', 'base'] as const);
    for (const side of order) {
      progress(`paired: ${name}, round ${round} of ${options.rounds}, ${side}`);
      const run = { ...options, rounds: 1, firstRound: round };
      const child = await runChild({ checkout: checkouts[side], name, options: run, isShown: false });
      sides[side] = addRun(sides[side], child);
    }
  }
  return sides;
}

const addFailure = (file: ResultFile, failure: ResultFile['failures'][number]): ResultFile => ({
  ...file,
  failures: [...file.failures, failure],
});
