// Where and on what a result was measured: the machine and the commit.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import type { ResultFile } from './schema.ts';

export function describeMachine(): ResultFile['machine'] {
  const processors = cpus();
  return {
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    memoryMib: Math.round(totalmem() / 2 ** 20),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    postgres: null,
  };
}

function git(folder: string, ...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Not a checkout, or a machine without git.
    return undefined;
  }
}

/** @param folder of the checkout */
export function describeCheckout(folder: string): Pick<ResultFile, 'commit' | 'isDirty'> {
  const commit = git(folder, 'rev-parse', 'HEAD')?.trim() ?? null;
  // Without untracked files: result files that lie around change nothing that is measured.
  const changes = git(folder, 'status', '--porcelain', '--untracked-files=no') ?? '';
  return { commit, isDirty: changes !== '' };
}
