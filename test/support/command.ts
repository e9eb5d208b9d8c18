// The command line in a process of its own, whose stdout and stderr are pipes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The program and its first arguments. */
export const commandLine = [process.execPath, '--disable-warning=ExperimentalWarning', main] as const;

/** @param environment all that the process sees, but for PATH */
export function startCommand(
  args: string[],
  environment: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  const [program, ...first] = commandLine;
  return spawn(program, [...first, ...args], { env, cwd: '/' });
}

/** Runs a command to its end. @param input what it reads from stdin */
export async function runCommand(
  args: string[],
  environment: Record<string, string> = {},
  input = '',
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = startCommand(args, environment);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}
