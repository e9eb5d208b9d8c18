// Where the data and the socket are, and which user Postgres runs as.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  cleanUp,
  createFolder,
  isRoot,
  query,
  removeAtTheEnd,
  serverFolderOf,
  start,
} from './support/postgres.ts';

test('if the path is too long for a socket, the socket is in a private folder, which stop removes', async () => {
  const postgres = await start(join(createFolder(), 'long'.repeat(30), 'data'));
  const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
  expect(dirname(socketFolder)).toBe(tmpdir());
  expect(lstatSync(socketFolder).mode & 0o777).toBe(0o700);
  expect(await query(postgres.url, 'SELECT 1')).toEqual([1]);
  await postgres.stop();
  expect(existsSync(socketFolder)).toBe(false);
});

test('a socket folder that other users can write to is refused', async () => {
  const dataDir = join(createFolder(), 'long'.repeat(30));
  const postgres = await start(dataDir);
  const socketFolder = new URL(postgres.url).searchParams.get('host') ?? '';
  await postgres.stop();
  mkdirSync(socketFolder);
  cleanUp(() => rmSync(socketFolder, { recursive: true }));
  chmodSync(socketFolder, 0o777);
  await expect(start(dataDir)).rejects.toThrow(/not private/);
});

test('a data folder that the user of Postgres cannot reach keeps its permissions and gets a link to the data', async () => {
  const dataDir = join(createFolder(0o700), 'data');
  const first = await start(dataDir);
  const folder = serverFolderOf(dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  await first.stop();
  expect(statSync(dirname(dataDir)).mode & 0o777).toBe(0o700);
  expect(await query((await start(dataDir)).url, 'SELECT number FROM kept')).toEqual([7]);
  if (!isRoot) {
    // Postgres runs as the ordinary user, who can reach the data where it is.
    expect(folder).toBe(join(dataDir, 'postgres'));
    return;
  }
  removeAtTheEnd(folder);
  expect(dirname(folder)).toBe('/var/lib/afterword');
  expect(readFileSync(join(folder, 'README.txt'), 'utf8')).toContain(join(dataDir, 'postgres'));
});

test('Postgres runs as the user who owns the data, also if root starts it', async () => {
  const dataDir = createFolder();
  const folder = join(dataDir, 'postgres');
  mkdirSync(folder, { mode: 0o700 });
  const uid = isRoot ? 65_534 : (process.getuid?.() ?? -1);
  if (isRoot) chownSync(folder, uid, 65_534);
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
  const owners = readdirSync(folder).map((name) => statSync(join(folder, name)).uid);
  expect(new Set(owners)).toEqual(new Set([uid]));
});

test('after the data folder was removed a start creates a fresh database, also if its data was elsewhere', async () => {
  const dataDir = join(createFolder(0o700), 'data');
  const first = await start(dataDir);
  const folder = serverFolderOf(dataDir);
  removeAtTheEnd(folder);
  await query(first.url, 'CREATE TABLE forgotten ()');
  await first.stop();
  rmSync(dataDir, { recursive: true });
  const second = await start(dataDir);
  removeAtTheEnd(serverFolderOf(dataDir));
  expect(await query(second.url, "SELECT to_regclass('forgotten')")).toEqual([null]);
});

test('a link to missing data is an error and creates no empty database', async () => {
  const dataDir = createFolder();
  symlinkSync(join(dataDir, 'elsewhere'), join(dataDir, 'postgres'));
  await expect(start(dataDir)).rejects.toThrow(/Restore that folder, or remove the link/);
});

test('a link to a moved server folder works like the folder', async () => {
  const dataDir = createFolder();
  await (await start(dataDir)).stop();
  renameSync(join(dataDir, 'postgres'), join(dataDir, 'moved'));
  symlinkSync('moved', join(dataDir, 'postgres'));
  expect(await query((await start(dataDir)).url, 'SELECT 1')).toEqual([1]);
});
