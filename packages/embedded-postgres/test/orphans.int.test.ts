// What survives the death of an owner, and how the next start deals with it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { identifyProcess, isAlive, readOwner } from '../src/owner.ts';
import {
  createFolder,
  isAnythingRunning,
  killOwner,
  killSupervisor,
  query,
  readPostmasterPid,
  serverFolderOf,
  start,
  startInOtherProcess,
  startUnrelatedProcess,
  waitFor,
} from './support/postgres.ts';

test('signals to the process group of the owner and to the supervisor do not stop Postgres', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  const { supervisor } = readOwner(serverFolderOf(dataDir));
  process.kill(-owner.pid, 'SIGINT');
  process.kill(supervisor?.pid ?? 0, 'SIGINT');
  process.kill(supervisor?.pid ?? 0, 'SIGTERM');
  // Without a pause before it: a Postgres that shuts down would refuse this connection at once.
  expect(await query(owner.url ?? '', 'SELECT pg_sleep(0.5), 1 AS one')).toContain(1);
  expect(isAnythingRunning(dataDir)).toBe(true);
});

test('kill -9 of the owner stops Postgres, and the next start has what was committed', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  const postmaster = identifyProcess(readPostmasterPid(dataDir));
  await killOwner(owner);
  await waitFor('Postgres is gone', () => postmaster !== undefined && !isAlive(postmaster));
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a start right after kill -9 of the owner waits until the old supervisor is gone', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  const { supervisor } = readOwner(serverFolderOf(dataDir));
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  await killOwner(owner);
  const { url } = await start(dataDir);
  expect(supervisor !== undefined && isAlive(supervisor)).toBe(false);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a Postgres whose owner and supervisor were both killed is stopped by the next start', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  const orphan = readPostmasterPid(dataDir);
  killSupervisor(dataDir);
  await killOwner(owner);
  expect(readPostmasterPid(dataDir)).toBe(orphan);
  const { url } = await start(dataDir);
  expect(readPostmasterPid(dataDir)).not.toBe(orphan);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('stop works if the supervisor was killed', async () => {
  const dataDir = createFolder();
  const postgres = await start(dataDir);
  killSupervisor(dataDir);
  await postgres.stop();
  expect(isAnythingRunning(dataDir)).toBe(false);
});

test('a Postgres that was killed with its owner and supervisor recovers at the next start', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  await query(owner.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS number');
  killSupervisor(dataDir);
  process.kill(readPostmasterPid(dataDir), 'SIGKILL');
  await killOwner(owner);
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT number FROM kept')).toEqual([7]);
});

test('a start waits for the orphaned children of a killed Postgres', async () => {
  const dataDir = createFolder();
  const owner = await startInOtherProcess(dataDir);
  const client = new pg.Client({ connectionString: owner.url });
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const { pid: child } = z.object({ pid: z.int() }).parse(rows[0]);
  killSupervisor(dataDir);
  process.kill(child, 'SIGSTOP');
  process.kill(readPostmasterPid(dataDir), 'SIGKILL');
  await killOwner(owner);
  const next = start(dataDir);
  const log = join(serverFolderOf(dataDir), 'postgres.log');
  await waitFor('a start fails because of the child', () =>
    readFileSync(log, 'utf8').includes('still in use'),
  );
  process.kill(child, 'SIGCONT');
  expect(await query((await next).url, 'SELECT 1')).toEqual([1]);
});

test('a start succeeds if the pids in stale files now belong to unrelated processes', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  const folder = serverFolderOf(dataDir);
  const unrelated = startUnrelatedProcess(dataDir);
  const staleFile = [
    unrelated,
    join(folder, 'data'),
    1_700_000_000,
    5432,
    folder,
    '',
    '',
    'ready   ',
    '',
  ].join('\n');
  for (const file of [join(folder, 'data/postmaster.pid'), join(folder, '.s.PGSQL.5432.lock')]) {
    writeFileSync(file, staleFile);
  }
  const stale = { pid: unrelated, startedAt: 'before the machine was restarted' };
  const [record = ''] = readdirSync(folder).filter((name) => name.startsWith('owner.'));
  writeFileSync(
    join(folder, record),
    JSON.stringify({ owner: stale, supervisor: stale, url: 'postgresql://x' }),
  );
  const { url } = await start(dataDir);
  expect(await query(url, 'SELECT 1')).toEqual([1]);
  expect(identifyProcess(unrelated)).toBeDefined();
});

test('a start succeeds if a crash of the machine left an empty pid file and an empty owner record', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  const folder = serverFolderOf(dataDir);
  writeFileSync(join(folder, 'data/postmaster.pid'), '');
  for (const name of readdirSync(folder).filter((n) => n.startsWith('owner.')))
    writeFileSync(join(folder, name), '');
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});
