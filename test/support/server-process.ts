// The server as people start it: a process of its own, with what it prints and how it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export type ServerProcess = {
  child: ChildProcess;
  /** What it has printed so far, on both streams. */
  output(): string;
  /** Where it says that it is. */
  url: Promise<string>;
  ended: Promise<{ code: number | null; signal: string | null }>;
};

/** @param environment all that the process sees, but for PATH */
export function startServerProcess(environment: Record<string, string>): ServerProcess {
  const env = { PATH: process.env.PATH ?? '', LOG_LEVEL: 'warn', ...environment };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], { env, cwd: '/' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const findUrl = () => /(http:\/\/\S+)\/graphql/.exec(output)?.[1];
  const url = waitUntil(
    'the server is ready',
    () => findUrl() !== undefined || child.exitCode !== null,
    60_000,
  ).then(() => {
    const found = findUrl();
    if (found === undefined) throw new Error(`The server ended: ${output}`);
    return found;
  });
  url.catch(() => {});
  return { child, output: () => output, url, ended };
}

/** The command lines of all processes that work in the folder, or name it. */
export async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [command, place] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => ''),
    ]);
    if (command.includes(folder) || place.startsWith(folder)) found.push(command.replaceAll('\0', ' '));
  }
  return found;
}
