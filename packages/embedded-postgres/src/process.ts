// Starts and stops the server process of the embedded Postgres, and leaves none behind:
// it hangs on a shell that stops it as soon as this process is gone, however that died.
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
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Location, plainEnvironment, socketPath } from './location.ts';
import { identifyProcess, isAlive, type ProcessIdentity } from './owner.ts';

const longestLogBytes = 10 * 1024 * 1024;
const shownLogBytes = 4096;

// The folder is the working folder and paths are relative: pg_ctl itself pastes them into a shell command.
// Signals are ignored because only end-of-file counts; SIGPIPE because `ready` may find nobody to read it,
// and would end this shell with Postgres left running. It acts only once told to, when its pid is on record.
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

/** Runs a program in the folder, as the account if there is one, and answers what it printed. */
export async function runProgram(
  command: string[],
  { home, account }: Location,
  input = '',
): Promise<{ isOk: boolean; output: string }> {
  const [program = '', ...options] = command;
  const child = spawn(program, options, { cwd: home, env: plainEnvironment, ...account });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => printed.push(chunk));
  }
  // Without a listener a program that ends before it has read everything would end this process too.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { isOk: status === 0, output: Buffer.concat(printed).toString().trim() };
}

async function waitUntil(isDone: () => boolean, deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (!isDone()) {
    if (performance.now() > end) return false;
    await delay(50);
  }
  return true;
}

function workingFolderOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const lsof = spawnSync('lsof', ['-a', '-d', 'cwd', '-p', String(pid), '-Fn'], {
      encoding: 'utf8',
      env: plainEnvironment,
    });
    return /^n(.*)$/m.exec(lsof.stdout)?.[1];
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Gone, or of another user, and so not of the one who owns this folder.
    return undefined;
  }
}

function postmasterOf(home: string): number | undefined {
  const file = join(home, 'data', 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  // Every postmaster works in its data folder; a process that only inherited the pid does not.
  return pid > 0 && workingFolderOf(pid) === join(home, 'data') ? pid : undefined;
}

/** Whether a Postgres listens on the socket in the folder. */
export async function isListening(socketFolder: string): Promise<boolean> {
  const socket = connect(socketPath(socketFolder));
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

/** What the folder's programs and files are: everything that starting and stopping needs. */
export type Installation = { location: Location; bin: string; socketFolder: string };

async function stopPostmaster({ location, bin }: Installation): Promise<void> {
  if (postmasterOf(location.home) === undefined) return;
  const stop = [join(bin, 'pg_ctl'), 'stop', '-D', 'data', '-w', '-s'];
  const fast = await runProgram([...stop, '-m', 'fast', '-t', '60'], location);
  if (fast.isOk) return;
  const immediate = await runProgram([...stop, '-m', 'immediate'], location);
  if (immediate.isOk || postmasterOf(location.home) === undefined) return;
  throw new Error(`The Postgres in ${location.home} does not stop: ${immediate.output}`);
}

/**
 * Ends what a dead owner left, and clears its traces away. Only for the owner of the folder.
 * @throws Error when a Postgres runs there that can't be seen from here
 */
export async function endEarlier(
  installation: Installation,
  supervisor: ProcessIdentity | undefined,
): Promise<void> {
  const { location, socketFolder } = installation;
  // Its shell has to go first: a shell that is still stopping would stop the new Postgres as well.
  if (supervisor !== undefined && !(await waitUntil(() => !isAlive(supervisor), 90_000))) {
    process.kill(-supervisor.pid, 'SIGKILL');
    await waitUntil(() => !isAlive(supervisor), 5_000);
  }
  await stopPostmaster(installation);
  if (await isListening(socketFolder)) {
    throw new Error(
      `A Postgres already runs in ${location.home}, perhaps in another container: stop it, or set DATA_DIR.`,
    );
  }
  // Postgres takes its own stale files for a living server when their pid now belongs to another process
  // of the same user, and refuses to start. What its children still hold, it finds by other means.
  rmSync(join(location.home, 'data', 'postmaster.pid'), { force: true });
  rmSync(`${socketPath(socketFolder)}.lock`, { force: true });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The end of the log from the position on. */
function readLog(file: string, from: number): string {
  const size = sizeOf(file);
  const start = Math.max(from, size - shownLogBytes);
  if (size <= start) return '(it wrote no log)';
  const bytes = Buffer.alloc(size - start);
  const log = openSync(file, 'r');
  try {
    readSync(log, bytes, 0, bytes.length, start);
  } finally {
    closeSync(log);
  }
  return bytes.toString().trim().split('\n').slice(-20).join('\n');
}

export type Running = {
  /** Fast shutdown; resolves when Postgres is gone. */
  stop(): Promise<void>;
};

type Attempt = { running: Running } | { failure: string };

async function attemptStart(
  installation: Installation,
  onSupervisor: (supervisor: ProcessIdentity | undefined) => void,
): Promise<Attempt> {
  const { home, account } = installation.location;
  const log = join(home, 'postgres.log');
  const from = sizeOf(log);
  const child = spawn('/bin/sh', ['-c', supervisorScript, 'afterword', join(installation.bin, 'pg_ctl')], {
    cwd: home,
    env: plainEnvironment,
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
  // When the shell was killed a write to it fails; that it is gone is told by its exit.
  child.stdin.on('error', () => {});
  onSupervisor(child.pid === undefined ? undefined : identifyProcess(child.pid));
  child.stdin.write('go\n');
  if (!(await isReady)) return { failure: (await exited)?.message ?? readLog(log, from) };
  child.stdout.destroy();
  // A process with nothing left to do may end without stop(): its end stops Postgres too.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  const stop = async () => {
    child.ref();
    child.stdin.end();
    await exited;
    // The shell may have been killed, and then has stopped nothing.
    await stopPostmaster(installation);
  };
  return { running: { stop } };
}

/**
 * Starts Postgres and waits until it takes connections.
 * @param onSupervisor puts the shell on record before it does anything
 * @throws Error with the last lines of the log
 */
export async function launchPostgres(
  installation: Installation,
  onSupervisor: (supervisor: ProcessIdentity | undefined) => void,
): Promise<Running> {
  const log = join(installation.location.home, 'postgres.log');
  if (sizeOf(log) > longestLogBytes) rmSync(log);
  const end = performance.now() + 30_000;
  for (;;) {
    const attempt = await attemptStart(installation, onSupervisor);
    if ('running' in attempt) return attempt.running;
    // Children of a postmaster that was killed need a moment to notice that it is gone.
    const isChildLeft = attempt.failure.includes('shared memory block');
    if (!isChildLeft || performance.now() > end) {
      throw new Error(`The embedded Postgres did not start. The end of ${log}:\n${attempt.failure}`);
    }
    await delay(200);
  }
}
