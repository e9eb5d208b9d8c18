import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type EmbeddedPostgres, findEmbedded, startEmbedded } from '../src/index.ts';
import { identifyProcess, isAlive, readOwner } from '../src/owner.ts';

const isRoot = process.getuid?.() === 0;
const cleanups: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function waitFor(what: string, isDone: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isDone()) {
    if (performance.now() > end) throw new Error(`After 10 s still not so: ${what}`);
    await delay(20);
  }
}

/** A folder that the user of Postgres can reach, unlike a fresh temporary folder of root's. */
function makeFolder(mode = 0o755): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'afterword-test-')));
  chmodSync(folder, mode);
  removeLast(folder);
  return folder;
}

/** Removes the folder after everything that runs in it has been stopped. */
function removeLast(folder: string): void {
  cleanups.unshift(() => rmSync(folder, { recursive: true, force: true }));
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const postgres = await startEmbedded({ dataDir, durable: false });
  cleanups.push(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  // An error of an idle connection, as when its server is killed, would otherwise be uncaught.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const outcomeSchema = z.object({ url: z.string().optional(), error: z.string().optional() });
type Owner = { child: ChildProcess; pid: number; url: string | undefined; error: string | undefined };

/** Starts Postgres from another process, in a process group of its own as a terminal would give it. */
async function startElsewhere(dataDir: string): Promise<Owner> {
  const script = join(import.meta.dirname, 'support/owner-process.ts');
  const child = spawn(process.execPath, [script, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await exited;
    await waitFor('what the owner left is gone', () => !isAnyoneLeft(dataDir));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, pid: child.pid ?? 0, error: undefined, url: undefined, ...readOutcome(line) };
  }
  throw new Error('The process ended without a word.');
}

function readOutcome(line: string) {
  return outcomeSchema.parse(JSON.parse(line));
}

async function kill(owner: Owner): Promise<void> {
  const exited = once(owner.child, 'exit');
  owner.child.kill('SIGKILL');
  await exited;
}

function homeOf(dataDir: string): string {
  return realpathSync(join(dataDir, 'postgres'));
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(homeOf(dataDir), 'data/postmaster.pid'), 'utf8'), 10);
}

/** Whether a supervisor or a Postgres of the folder lives. */
function isAnyoneLeft(dataDir: string): boolean {
  if (!existsSync(join(dataDir, 'postgres'))) return false;
  const { supervisor } = readOwner(homeOf(dataDir));
  const hasSupervisor = supervisor !== undefined && isAlive(supervisor);
  return hasSupervisor || existsSync(join(homeOf(dataDir), 'data/postmaster.pid'));
}

/** A process of the user of Postgres that has nothing to do with it. */
function startUnrelated(dataDir: string): number {
  const { uid, gid } = statSync(homeOf(dataDir));
  const child = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
  cleanups.push(() => child.kill('SIGKILL'));
  return child.pid ?? 0;
}

test('a first start creates a database with checksums in C.UTF-8 that only its socket reaches', async () => {
  const { url } = await start(join(makeFolder(), 'data'));
  expect(await query(url, 'SELECT current_user, current_database()')).toEqual(['afterword', 'afterword']);
  const locale = 'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()';
  expect(await query(url, locale)).toEqual(['b', 'C.UTF-8']);
  const names = ['server_encoding', 'data_checksums', 'listen_addresses', 'jit', 'shared_buffers', 'fsync'];
  const settings = names.map((name) => `current_setting('${name}')`).join();
  expect(await query(url, `SELECT ${settings}`)).toEqual(['UTF8', 'on', '', 'off', '128MB', 'off']);
});

test('what must survive a crash of the machine does so unless the caller waives it', async () => {
  const postgres = await startEmbedded({ dataDir: makeFolder() });
  cleanups.push(() => postgres.stop());
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit'].map((s) => `current_setting('${s}')`);
  expect(await query(postgres.url, `SELECT ${settings.join()}`)).toEqual(['on', 'on', 'on']);
});

test('a second start finds the data of the first, and stop leaves nothing that runs', async () => {
  const dataDir = makeFolder();
  const first = await start(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  const postmaster = identifyProcess(postmasterOf(dataDir));
  await Promise.all([first.stop(), first.stop()]);
  expect(postmaster !== undefined && isAlive(postmaster)).toBe(false);
  expect(isAnyoneLeft(dataDir)).toBe(false);
  const second = await start(dataDir);
  expect(await query(second.url, 'SELECT number FROM kept')).toEqual([7]);
});

test('stop does not wait for open connections', async () => {
  const postgres = await start(makeFolder());
  const client = new pg.Client({ connectionString: postgres.url });
  const ended = new Promise<Error>((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('BEGIN');
  await postgres.stop();
  expect(String(await ended)).toContain('terminat');
});

test('the url works for Prisma too, whatever characters the path has', async () => {
  const { url } = await start(join(makeFolder(), `a "b", 'c' $HOME \\ %20 é`, 'data'));
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  const adapter = await new PrismaPg({ connectionString: url }).connect();
  cleanups.push(() => adapter.dispose());
  const { rows } = await adapter.queryRaw({ sql: 'SELECT current_database()', args: [], argTypes: [] });
  expect(rows).toEqual([['afterword']]);
});

test('a path too long for a socket gets a private folder for it, which goes with the server', async () => {
  const postgres = await start(join(makeFolder(), 'long'.repeat(30), 'data'));
  const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
  expect(dirname(socketFolder)).toBe(tmpdir());
  expect(lstatSync(socketFolder).mode & 0o777).toBe(0o700);
  expect(await query(postgres.url, 'SELECT 1')).toEqual([1]);
  await postgres.stop();
  expect(existsSync(socketFolder)).toBe(false);
});

test('a folder for the socket that others could use is refused', async () => {
  const dataDir = join(makeFolder(), 'long'.repeat(30));
  const postgres = await start(dataDir);
  const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
  await postgres.stop();
  mkdirSync(socketFolder);
  cleanups.push(() => rmSync(socketFolder, { recursive: true }));
  chmodSync(socketFolder, 0o777);
  await expect(start(dataDir)).rejects.toThrow(/not private/);
});

test('a second owner is refused by name and pid, and finds the url of the first', async () => {
  const dataDir = makeFolder();
  expect(await findEmbedded(dataDir)).toBeUndefined();
  const owner = await startElsewhere(dataDir);
  await expect(start(dataDir)).rejects.toThrow(
    `The data folder ${dataDir} is in use by process ${owner.pid}, and only one process can run its Postgres: stop that process, or set DATA_DIR`,
  );
  expect(await findEmbedded(dataDir)).toBe(owner.url);
  expect(await query(owner.url ?? '', 'SELECT 1')).toEqual([1]);
  await kill(owner);
  await waitFor('nothing runs', () => !isAnyoneLeft(dataDir));
  expect(await findEmbedded(dataDir)).toBeUndefined();
});

test('of several starts at the same instant exactly one wins, also over a dead owner', async () => {
  const dataDir = makeFolder();
  for (let round = 0; round < 2; round += 1) {
    const owners = await Promise.all([1, 2, 3, 4].map(() => startElsewhere(dataDir)));
    const [winner, ...others] = owners.filter(({ url }) => url !== undefined);
    expect(others).toEqual([]);
    const refusals = owners.filter(({ error }) => error?.includes(`is in use by process ${winner?.pid},`));
    expect(refusals).toHaveLength(3);
    if (winner !== undefined) await kill(winner);
  }
});

test('ctrl-c in the terminal reaches the server but not its postgres', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  const { supervisor } = readOwner(homeOf(dataDir));
  process.kill(-owner.pid, 'SIGINT');
  process.kill(supervisor?.pid ?? 0, 'SIGINT');
  process.kill(supervisor?.pid ?? 0, 'SIGTERM');
  // Not to be followed by a wait: a shutdown would refuse this connection from the signal on.
  expect(await query(owner.url ?? '', 'SELECT pg_sleep(0.5), 1 AS one')).toContain(1);
  expect(isAnyoneLeft(dataDir)).toBe(true);
});

test('kill -9 of the owner leaves no postgres, and the next start has what was committed', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  const postmaster = identifyProcess(postmasterOf(dataDir));
  await kill(owner);
  await waitFor('postgres is gone', () => postmaster !== undefined && !isAlive(postmaster));
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a start right after kill -9 of the owner waits for the old postgres, then outlives its supervisor', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  const { supervisor } = readOwner(homeOf(dataDir));
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  await kill(owner);
  const { url } = await start(dataDir);
  expect(supervisor !== undefined && isAlive(supervisor)).toBe(false);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a postgres whose owner and supervisor were both killed is stopped by the next start', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  const orphan = postmasterOf(dataDir);
  process.kill(readOwner(homeOf(dataDir)).supervisor?.pid ?? 0, 'SIGKILL');
  await kill(owner);
  expect(postmasterOf(dataDir)).toBe(orphan);
  const { url } = await start(dataDir);
  expect(postmasterOf(dataDir)).not.toBe(orphan);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('stop works after the supervisor was killed', async () => {
  const dataDir = makeFolder();
  const postgres = await start(dataDir);
  process.kill(readOwner(homeOf(dataDir)).supervisor?.pid ?? 0, 'SIGKILL');
  await postgres.stop();
  expect(isAnyoneLeft(dataDir)).toBe(false);
});

test('a postgres that was killed with its owner and supervisor recovers at the next start', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  process.kill(readOwner(homeOf(dataDir)).supervisor?.pid ?? 0, 'SIGKILL');
  process.kill(postmasterOf(dataDir), 'SIGKILL');
  await kill(owner);
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a start waits for what a killed postgres left of its children', async () => {
  const dataDir = makeFolder();
  const owner = await startElsewhere(dataDir);
  const client = new pg.Client({ connectionString: owner.url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const { pid: child } = z.object({ pid: z.int() }).parse(rows[0]);
  process.kill(readOwner(homeOf(dataDir)).supervisor?.pid ?? 0, 'SIGKILL');
  process.kill(child, 'SIGSTOP');
  process.kill(postmasterOf(dataDir), 'SIGKILL');
  await kill(owner);
  const next = start(dataDir);
  const log = join(homeOf(dataDir), 'postgres.log');
  await waitFor('a start met the child', () => readFileSync(log, 'utf8').includes('still in use'));
  process.kill(child, 'SIGCONT');
  expect(await query((await next).url, 'SELECT 1')).toEqual([1]);
});

test('pids in stale files that now belong to unrelated processes are no obstacle', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  const home = homeOf(dataDir);
  const unrelated = startUnrelated(dataDir);
  const staleFile = [unrelated, join(home, 'data'), 1_700_000_000, 5432, home, '', '', 'ready   ', ''].join(
    '\n',
  );
  for (const file of [join(home, 'data/postmaster.pid'), join(home, '.s.PGSQL.5432.lock')]) {
    writeFileSync(file, staleFile);
  }
  const stale = { pid: unrelated, startedAt: 'before the machine was started anew' };
  const [record = ''] = readdirSync(home).filter((name) => name.startsWith('owner.'));
  writeFileSync(
    join(home, record),
    JSON.stringify({ owner: stale, supervisor: stale, url: 'postgresql://x' }),
  );
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  expect(identifyProcess(unrelated)).toBeDefined();
});

test('an empty pid file and an empty owner record, as a crash of the machine leaves them, are no obstacle', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  const home = homeOf(dataDir);
  writeFileSync(join(home, 'data/postmaster.pid'), '');
  for (const name of readdirSync(home).filter((n) => n.startsWith('owner.')))
    writeFileSync(join(home, name), '');
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});

test('an initdb that was killed half-way is begun anew', async () => {
  const dataDir = makeFolder();
  const attempt = startElsewhere(dataDir).catch(() => undefined);
  const begun = () => (existsSync(join(dataDir, 'postgres')) ? readdirSync(homeOf(dataDir)) : []);
  await waitFor('initdb writes', () => begun().some((name) => name.startsWith('data.')));
  const { owner } = readOwner(homeOf(dataDir));
  process.kill(-(owner?.pid ?? 0), 'SIGKILL');
  await attempt;
  expect(existsSync(join(homeOf(dataDir), 'data'))).toBe(false);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
  expect(begun().filter((name) => name.startsWith('data'))).toEqual(['data']);
});

test('data of another major version is refused by name', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  writeFileSync(join(homeOf(dataDir), 'data/PG_VERSION'), '17\n');
  await expect(start(dataDir)).rejects.toThrow(
    /is of PostgreSQL 17, and the embedded Postgres is of version 18/,
  );
});

test('a failed start shows the end of the log and gives the folder free', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  const configuration = join(homeOf(dataDir), 'data/postgresql.conf');
  const sound = readFileSync(configuration, 'utf8');
  writeFileSync(configuration, `${sound}\nno_such_setting = 1\n`);
  await expect(start(dataDir)).rejects.toThrow(/postgres\.log:[\s\S]*no_such_setting/);
  writeFileSync(configuration, sound);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});

test('a log of more than 10 MB is begun anew', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  const log = join(homeOf(dataDir), 'postgres.log');
  writeFileSync(log, Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
  await start(dataDir);
  expect(statSync(log).size).toBeLessThan(100_000);
});

test('a folder that the user of postgres cannot reach keeps its permissions and gets a link', async () => {
  const dataDir = join(makeFolder(0o700), 'data');
  const first = await start(dataDir);
  const home = homeOf(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  await first.stop();
  expect(statSync(dirname(dataDir)).mode & 0o777).toBe(0o700);
  expect(await query((await start(dataDir)).url, 'SELECT number FROM kept')).toEqual([7]);
  if (!isRoot) {
    // An ordinary user is the user of Postgres, and everything stays where it belongs.
    expect(home).toBe(join(dataDir, 'postgres'));
    return;
  }
  removeLast(home);
  expect(dirname(home)).toBe('/var/lib/afterword');
  expect(readFileSync(join(home, 'README.txt'), 'utf8')).toContain(join(dataDir, 'postgres'));
});

test('a strict umask hides nothing from postgres', async () => {
  const umask = process.umask(0o077);
  cleanups.push(() => process.umask(umask));
  const { url } = await start(makeFolder());
  expect(await query(url, "SELECT current_setting('listen_addresses')")).toEqual(['']);
});

test('data that belongs to a user is served as that user, also when root starts it', async () => {
  const dataDir = makeFolder();
  const home = join(dataDir, 'postgres');
  mkdirSync(home, { mode: 0o700 });
  const uid = isRoot ? 65_534 : (process.getuid?.() ?? -1);
  if (isRoot) chownSync(home, uid, 65_534);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
  const owners = readdirSync(home).map((name) => statSync(join(home, name)).uid);
  expect(new Set(owners)).toEqual(new Set([uid]));
});

test('removing DATA_DIR gives a fresh database, wherever its data was', async () => {
  const dataDir = join(makeFolder(0o700), 'data');
  const first = await start(dataDir);
  const home = homeOf(dataDir);
  removeLast(home);
  await query(first.url, 'CREATE TABLE forgotten ()');
  await first.stop();
  rmSync(dataDir, { recursive: true });
  const second = await start(dataDir);
  removeLast(homeOf(dataDir));
  expect(await query(second.url, "SELECT to_regclass('forgotten')")).toEqual([null]);
});

test('a link whose data is gone is an error, not an empty database', async () => {
  const dataDir = makeFolder();
  symlinkSync(join(dataDir, 'elsewhere'), join(dataDir, 'postgres'));
  await expect(start(dataDir)).rejects.toThrow(/Restore that folder, or remove the link/);
});

test('a link to a moved folder works like the folder', async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  renameSync(join(dataDir, 'postgres'), join(dataDir, 'moved'));
  symlinkSync('moved', join(dataDir, 'postgres'));
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});
