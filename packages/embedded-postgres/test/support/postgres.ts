// Servers for the tests, in this process or in another one, which are gone with their folders after each test.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { type EmbeddedPostgres, startEmbedded } from '../../src/index.ts';
import { isAlive, readOwner } from '../../src/owner.ts';

export const isRoot = process.getuid?.() === 0;

const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs the function after the test, before those that were added earlier. */
export function cleanUp(work: () => Promise<unknown> | unknown): void {
  cleanups.push(work);
}

/** Removes the folder after the test, when everything that runs in it has been stopped. */
export function removeAtTheEnd(folder: string): void {
  cleanups.unshift(() => rmSync(folder, { recursive: true, force: true }));
}

/** Creates a data folder. By default the user of Postgres can reach it, unlike a fresh temporary folder of root. */
export function createFolder(mode = 0o755): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'afterword-test-')));
  chmodSync(folder, mode);
  removeAtTheEnd(folder);
  return folder;
}

export async function waitFor(condition: string, isMet: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isMet()) {
    if (performance.now() > end) throw new Error(`Waited 10 s in vain until ${condition}.`);
    await delay(20);
  }
}

/** Starts Postgres in this process. */
export async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ dataDir, durable: false });
  cleanUp(() => postgres.stop());
  return postgres;
}

export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // Without a listener, an error of the idle connection, as when its server is killed, would be uncaught.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** The server folder of the data folder. */
export function serverFolderOf(dataDir: string): string {
  return realpathSync(join(dataDir, 'postgres'));
}

/** Names in the server folder; none if it does not exist yet. */
export function listServerFolder(dataDir: string): string[] {
  return existsSync(join(dataDir, 'postgres')) ? readdirSync(serverFolderOf(dataDir)) : [];
}

export function readPostmasterPid(dataDir: string): number {
  return Number.parseInt(readFileSync(join(serverFolderOf(dataDir), 'data/postmaster.pid'), 'utf8'), 10);
}

/** Kills the supervisor that the owner record names. */
export function killSupervisor(dataDir: string): void {
  process.kill(readOwner(serverFolderOf(dataDir)).supervisor?.pid ?? 0, 'SIGKILL');
}

/** Whether a supervisor or a Postgres of the data folder runs. */
export function isAnythingRunning(dataDir: string): boolean {
  if (!existsSync(join(dataDir, 'postgres'))) return false;
  const { supervisor } = readOwner(serverFolderOf(dataDir));
  const hasSupervisor = supervisor !== undefined && isAlive(supervisor);
  return hasSupervisor || existsSync(join(serverFolderOf(dataDir), 'data/postmaster.pid'));
}

const outcomeSchema = z.object({ url: z.string().optional(), error: z.string().optional() });

export type OwnerProcess = {
  child: ChildProcess;
  pid: number;
  url: string | undefined;
  error: string | undefined;
};

/** Starts Postgres in another process, which has a process group of its own as it has in a terminal. */
export async function startInOtherProcess(dataDir: string): Promise<OwnerProcess> {
  const script = join(import.meta.dirname, 'owner-process.ts');
  const child = spawn(process.execPath, [script, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanUp(async () => {
    child.kill('SIGKILL');
    await exited;
    await waitFor('nothing of that process runs', () => !isAnythingRunning(dataDir));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const outcome = outcomeSchema.parse(JSON.parse(line));
    return { child, pid: child.pid ?? 0, error: undefined, url: undefined, ...outcome };
  }
  throw new Error('The process ended without any output.');
}

export async function killOwner({ child }: OwnerProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a process that runs as the user of Postgres and has nothing to do with it. @returns its pid */
export function startUnrelatedProcess(dataDir: string): number {
  const { uid, gid } = statSync(serverFolderOf(dataDir));
  const child = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
  cleanUp(() => child.kill('SIGKILL'));
  return child.pid ?? 0;
}
