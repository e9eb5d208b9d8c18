// Runs one benchmark in a process of its own, of this checkout or another, so that a crash ends that benchmark alone
// and nothing of one run is still warm in the next.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchmarkName } from '../benchmarks.ts';
import type { RunOptions } from '../command-line.ts';
import { readResultFile } from '../results/result-file.ts';
import type { ResultFile } from '../results/schema.ts';
import { onInterrupt } from './interrupt.ts';

/** Folder of the checkout that this file belongs to. */
export const thisCheckout = fileURLToPath(new URL('../../', import.meta.url));

type ChildRun = {
  checkout: string;
  name: BenchmarkName;
  options: RunOptions;
  /** Whether its table is printed. */
  isShown: boolean;
};

/** @returns a result file with one benchmark or one failure */
export async function runChild({ checkout, name, options, isShown }: ChildRun): Promise<ResultFile> {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-bench-'));
  try {
    const path = join(folder, 'result.json');
    const args = [join(checkout, 'bench/main.ts'), name, ...flagsOf(options), '--json', path];
    const child = spawn(process.execPath, args, {
      cwd: checkout,
      stdio: ['ignore', isShown ? 'inherit' : 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    const release = onInterrupt(async () => {
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    });
    const [code, signal] = await exited.finally(release);
    if (existsSync(path)) return readResultFile(path);
    throw new Error(`${name} ended (${code ?? signal}) without a result.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flagsOf({ rounds, firstRound, seconds, isQuick, only, profile }: RunOptions): string[] {
  return [
    ...['--rounds', String(rounds), '--first-round', String(firstRound)],
    ...(seconds === undefined ? [] : ['--seconds', String(seconds)]),
    ...(isQuick ? ['--quick'] : []),
    ...(only === undefined ? [] : ['--only', only]),
    ...(profile === undefined ? [] : ['--profile', profile]),
  ];
}
