// Starts and stops the server process. It never outlives its owner: a supervisor, which is a shell, stops it as soon
// as the owner is gone, however the owner died.
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { useOtherFolder } from './afterword.ts';
import type { Location } from './location.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './owner.ts';
import { minimalEnvironment, runProgram } from './program.ts';
import { isListening, removeSocketLock } from './socket.ts';

const maxLogBytes = 10 * 1024 * 1024;
const maxShownLogBytes = 4096;
const maxShownLogLines = 20;

// The working directory is the server folder and all paths are relative, because pg_ctl puts paths into a shell
// command. Only the end of its input stops the supervisor, and no signal: not even SIGPIPE, which it would get if
// nobody reads `ready`, and which would leave Postgres running. It waits for `go`, sent when its pid is on record.
const supervisorScript = `
trap '' HUP INT TERM PIPE
umask 077
read -r go || exit 0
exec 2>>postgres.log
if "$1" start -D data -l postgres.log -w -t 300 -s </dev/null; then
  echo ready
  while read -r line; do :; done
fi
[ -f data/postmaster.pid ] || exit 0
"$1" stop -D data -m fast -w -t 60 -s || "$1" stop -D data -m immediate -w -s
`;

/** What it takes to start and stop a server: its files, its user, its programs and its socket. */
export type ServerSetup = Location & { binFolder: string; socketFolder: string };

async function waitUntil(isDone: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!isDone()) {
    if (performance.now() > end) return false;
    await delay(50);
  }
  return true;
}

function readWorkingDirectory(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const lsof = spawnSync('lsof', ['-a', '-d', 'cwd', '-p', String(pid), '-Fn'], {
      encoding: 'utf8',
      env: minimalEnvironment,
    });
    return /^n(.*)$/m.exec(lsof.stdout)?.[1];
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // The process is gone, or it belongs to another user and so can't be the Postgres of this folder.
    return undefined;
  }
}

function findPostmaster(serverFolder: string): number | undefined {
  const file = join(serverFolder, 'data', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  // A postmaster's working directory is its cluster. That of an unrelated process with the same pid is not.
  return pid > 0 && readWorkingDirectory(pid) === join(serverFolder, 'data') ? pid : undefined;
}

async function stopPostmaster(setup: ServerSetup): Promise<void> {
  if (findPostmaster(setup.folder) === undefined) return;
  const stop = [join(setup.binFolder, 'pg_ctl'), 'stop', '-D', 'data', '-w', '-s'];
  const fast = await runProgram([...stop, '-m', 'fast', '-t', '60'], setup);
  if (fast.isOk) return;
  const immediate = await runProgram([...stop, '-m', 'immediate'], setup);
  if (immediate.isOk || findPostmaster(setup.folder) === undefined) return;
  throw new Error(`The Postgres in ${setup.folder} does not stop: ${immediate.output}`);
}

/**
 * Stops what a dead owner left running, and removes its stale files. Only the owner of the folder may call it.
 * @throws Error if a Postgres runs there that can't be stopped from here
 */
export async function stopOrphans(
  setup: ServerSetup,
  previousSupervisor: ProcessIdentity | undefined,
): Promise<void> {
  const { folder, socketFolder } = setup;
  // First the supervisor: one that is still about to stop its Postgres would stop the new one as well.
  if (previousSupervisor !== undefined && !(await waitUntil(() => !isAlive(previousSupervisor), 90_000))) {
    process.kill(-previousSupervisor.pid, 'SIGKILL');
    await waitUntil(() => !isAlive(previousSupervisor), 5_000);
  }
  await stopPostmaster(setup);
  if (await isListening(socketFolder)) {
    throw new Error(
      `A Postgres already runs in ${folder}, perhaps in another container: stop it, or ${useOtherFolder}.`,
    );
  }
  // If the pid in a stale file now belongs to another process of the same user, Postgres takes that process for a
  // running server and refuses to start. It notices children of a killed postmaster without these files.
  rmSync(join(folder, 'data', 'postmaster.pid'), { force: true });
  removeSocketLock(socketFolder);
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines of the log, without what was there before `start`, a position in bytes. */
function readLogEnd(file: string, start: number): string {
  const size = fileSize(file);
  const from = Math.max(start, size - maxShownLogBytes);
  if (size <= from) return '(it wrote no log)';
  const bytes = Buffer.alloc(size - from);
  const log = openSync(file, 'r');
  try {
    readSync(log, bytes, 0, bytes.length, from);
  } finally {
    closeSync(log);
  }
  return bytes.toString().trim().split('\n').slice(-maxShownLogLines).join('\n');
}

export type RunningServer = {
  /** Fast shutdown; resolves when Postgres is gone. */
  stop(): Promise<void>;
};

type OnSupervisor = (supervisor: ProcessIdentity | undefined) => void;
type StartResult = { server: RunningServer } | { failure: string };

async function tryToStart(setup: ServerSetup, onSupervisor: OnSupervisor): Promise<StartResult> {
  const { folder, account } = setup;
  const log = join(folder, 'postgres.log');
  const logStart = fileSize(log);
  const child = spawn('/bin/sh', ['-c', supervisorScript, 'supervisor', join(setup.binFolder, 'pg_ctl')], {
    cwd: folder,
    env: minimalEnvironment,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    ...account,
  });
  const exited = new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('exit', () => resolve(undefined));
  });
  const isReady = new Promise<boolean>((resolve) => {
    child.stdout.once('data', () => resolve(true));
    void exited.then(() => resolve(false));
  });
  // A write fails if the supervisor was killed; `exited` reports that.
  child.stdin.on('error', () => {});
  onSupervisor(child.pid === undefined ? undefined : identifyProcess(child.pid));
  child.stdin.write('go\n');
  if (!(await isReady)) return { failure: (await exited)?.message ?? readLogEnd(log, logStart) };
  child.stdout.destroy();
  // A process that has nothing else to do may exit without stop(): then the supervisor stops Postgres.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  const stop = async () => {
    child.ref();
    child.stdin.end();
    await exited;
    // A supervisor that was killed has not stopped Postgres.
    await stopPostmaster(setup);
  };
  return { server: { stop } };
}

/**
 * Starts Postgres and waits until it takes connections.
 * @param onSupervisor called with the supervisor of each attempt, before the supervisor does anything
 * @throws Error with the last lines of the log
 */
export async function startServer(setup: ServerSetup, onSupervisor: OnSupervisor): Promise<RunningServer> {
  const log = join(setup.folder, 'postgres.log');
  if (fileSize(log) > maxLogBytes) rmSync(log);
  const end = performance.now() + 30_000;
  for (;;) {
    const result = await tryToStart(setup, onSupervisor);
    if ('server' in result) return result.server;
    // Children of a killed postmaster need a moment to notice that it is gone; until then they hold shared memory.
    const hasOrphanedChildren = result.failure.includes('shared memory block');
    if (!hasOrphanedChildren || performance.now() > end) {
      throw new Error(`The embedded Postgres did not start. The end of ${log}:\n${result.failure}`);
    }
    await delay(200);
  }
}
