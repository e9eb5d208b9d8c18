// Start and stop of a server in this process: what it creates, its settings, and what makes a start fail.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startEmbedded } from '../src/index.ts';
import { identifyProcess, isAlive, readOwner } from '../src/owner.ts';
import {
  cleanUp,
  createFolder,
  isAnythingRunning,
  listServerFolder,
  query,
  readPostmasterPid,
  serverFolderOf,
  start,
  startInOtherProcess,
  waitFor,
} from './support/postgres.ts';

test('the first start creates a database with checksums and C.UTF-8 that listens on its socket only', async () => {
  const { url } = await start(join(createFolder(), 'data'));
  expect(await query(url, 'SELECT current_user, current_database()')).toEqual(['afterword', 'afterword']);
  const locale = 'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()';
  expect(await query(url, locale)).toEqual(['b', 'C.UTF-8']);
  const names = ['server_encoding', 'data_checksums', 'listen_addresses', 'jit', 'shared_buffers', 'fsync'];
  const settings = names.map((name) => `current_setting('${name}')`).join();
  expect(await query(url, `SELECT ${settings}`)).toEqual(['UTF8', 'on', '', 'off', '128MB', 'off']);
});

test('by default the settings are those that survive a crash of the machine', async () => {
  const postgres = await startEmbedded({ dataDir: createFolder() });
  cleanUp(() => postgres.stop());
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit'].map((s) => `current_setting('${s}')`);
  expect(await query(postgres.url, `SELECT ${settings.join()}`)).toEqual(['on', 'on', 'on']);
});

test('a second start finds the data of the first, and stop leaves no process', async () => {
  const dataDir = createFolder();
  const first = await start(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  const postmaster = identifyProcess(readPostmasterPid(dataDir));
  await Promise.all([first.stop(), first.stop()]);
  expect(postmaster !== undefined && isAlive(postmaster)).toBe(false);
  expect(isAnythingRunning(dataDir)).toBe(false);
  const second = await start(dataDir);
  expect(await query(second.url, 'SELECT number FROM kept')).toEqual([7]);
});

test('stop does not wait for open connections', async () => {
  const postgres = await start(createFolder());
  const client = new pg.Client({ connectionString: postgres.url });
  const ended = new Promise<Error>((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('BEGIN');
  await postgres.stop();
  expect(String(await ended)).toContain('terminat');
});

test('the url works for pg and Prisma, whatever characters the path has', async () => {
  const { url } = await start(join(createFolder(), `a "b", 'c' $HOME \\ %20 é`, 'data'));
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  const adapter = await new PrismaPg({ connectionString: url }).connect();
  cleanUp(() => adapter.dispose());
  const { rows } = await adapter.queryRaw({ sql: 'SELECT current_database()', args: [], argTypes: [] });
  expect(rows).toEqual([['afterword']]);
});

test('a start after an interrupted initdb creates the cluster from scratch', async () => {
  const dataDir = createFolder();
  const attempt = startInOtherProcess(dataDir).catch(() => undefined);
  await waitFor('initdb writes', () => listServerFolder(dataDir).some((name) => name.startsWith('data.')));
  const { owner } = readOwner(serverFolderOf(dataDir));
  process.kill(-(owner?.pid ?? 0), 'SIGKILL');
  await attempt;
  expect(existsSync(join(serverFolderOf(dataDir), 'data'))).toBe(false);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
  expect(listServerFolder(dataDir).filter((name) => name.startsWith('data'))).toEqual(['data']);
});

test('data of another major version is refused with both versions', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  writeFileSync(join(serverFolderOf(dataDir), 'data/PG_VERSION'), '17\n');
  await expect(start(dataDir)).rejects.toThrow(
    /is of PostgreSQL 17, and the embedded Postgres is of version 18/,
  );
});

test('a failed start shows the end of the log and releases the folder', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  const configuration = join(serverFolderOf(dataDir), 'data/postgresql.conf');
  const validConfiguration = readFileSync(configuration, 'utf8');
  writeFileSync(configuration, `${validConfiguration}\nno_such_setting = 1\n`);
  await expect(start(dataDir)).rejects.toThrow(/postgres\.log:[\s\S]*no_such_setting/);
  writeFileSync(configuration, validConfiguration);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});

test('a log of more than 10 MB is removed at the next start', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  const log = join(serverFolderOf(dataDir), 'postgres.log');
  writeFileSync(log, Buffer.alloc(10 * 1024 * 1024 + 1, 'x'));
  await start(dataDir);
  expect(statSync(log).size).toBeLessThan(100_000);
});

test('a start succeeds with a strict umask', async () => {
  const umask = process.umask(0o077);
  cleanUp(() => process.umask(umask));
  const { url } = await start(createFolder());
  expect(await query(url, "SELECT current_setting('listen_addresses')")).toEqual(['']);
});
