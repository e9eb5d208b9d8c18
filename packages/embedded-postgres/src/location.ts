// Where the embedded Postgres keeps its files, and as which user it runs. Folders that
// aren't ours keep their permissions: what Postgres can't reach moves to /var/lib/afterword.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The user that Postgres runs as when we are root, which it refuses to run as. */
export type Account = { uid: number; gid: number };

/** `home` holds `data/`, `postgres.log` and the owner's record; it is an absolute path without links. */
export type Location = { home: string; account: Account | undefined };

/** The environment of every program that is started here: PGPORT and the like must not reach them. */
export const plainEnvironment = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

/** Where a root server keeps what Postgres could not reach in its own folders. */
export const sharedFolder = '/var/lib/afterword';

const socketName = '.s.PGSQL.5432';
// A socket's path has at most 103 bytes on macOS, 107 on Linux.
const longestSocketPath = 100;

const isRoot = () => process.getuid?.() === 0;

function idOf(user: string, flag: '-u' | '-g'): number | undefined {
  const id = spawnSync('id', [flag, user], { encoding: 'utf8', env: plainEnvironment });
  return id.status === 0 ? Number(id.stdout) : undefined;
}

function findAccount(user: string): Account | undefined {
  const uid = idOf(user, '-u');
  const gid = idOf(user, '-g');
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function postgresAccount(): Account {
  const found = findAccount('postgres');
  if (found !== undefined) return found;
  const attempts = [
    ['useradd', '--system', '--home-dir', '/var/lib/postgresql', '--shell', '/bin/sh', 'postgres'],
    ['adduser', '-S', '-D', '-H', 'postgres'],
  ];
  for (const [command = '', ...options] of attempts) {
    spawnSync(command, options, { env: plainEnvironment });
    const created = findAccount('postgres');
    if (created !== undefined) return created;
  }
  throw new Error(
    'Postgres refuses to run as root, and the user `postgres` could not be created for it: create that ' +
      'user, start Afterword as an ordinary user, or set DATABASE_URL.',
  );
}

function canReach(account: Account, folder: string): boolean {
  const options = { ...account, cwd: '/', env: plainEnvironment };
  const result = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], options);
  if (result.error !== undefined) {
    throw new Error(
      `Postgres refuses to run as root, and no program can be started as user ${account.uid} here: ` +
        'start Afterword as an ordinary user, or set DATABASE_URL.',
      { cause: result.error },
    );
  }
  return result.status === 0;
}

/** Opens the folder to every user, whatever the umask; it must be one of ours. */
export function openSharedFolder(): void {
  mkdirSync(sharedFolder, { recursive: true });
  chmodSync(sharedFolder, 0o755);
}

// Named at random, not by the path: who removes DATA_DIR gets a fresh database, not the old one back.
function relocate(link: string, account: Account): void {
  openSharedFolder();
  const target = join(sharedFolder, randomBytes(8).toString('hex'));
  mkdirSync(target, { mode: 0o700 });
  writeFileSync(
    join(target, 'README.txt'),
    `The data of the Afterword whose folder has the link ${link}.\nWithout that link nothing uses it.\n`,
  );
  chownSync(target, account.uid, account.gid);
  try {
    symlinkSync(target, link);
  } catch (error) {
    rmSync(target, { recursive: true });
    // A start at the same instant was faster, and its link is as good.
    if (!existsSync(link)) throw error;
  }
}

function createHome(path: string, account: Account | undefined): void {
  if (account !== undefined && !canReach(account, resolve(path, '..'))) relocate(path, account);
  else mkdirSync(path, { recursive: true, mode: 0o700 });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Finds or creates the home of Postgres for a DATA_DIR, as `postgres` in it: a folder or a link to one. */
export function openHome(dataDir: string): Location {
  const path = resolve(dataDir, 'postgres');
  mkdirSync(resolve(dataDir), { recursive: true });
  if (isLink(path) && !existsSync(path)) {
    throw new Error(
      `The database of ${resolve(dataDir)} is gone: its link \`postgres\` points to a folder that does not ` +
        'exist. Bring that folder back, or remove the link to begin with an empty database.',
    );
  }
  const newcomer = isRoot() && !existsSync(path) ? postgresAccount() : undefined;
  createHome(path, newcomer);
  const home = realpathSync(path);
  const { uid, gid } = statSync(home);
  if (!isRoot()) {
    if (uid === process.getuid?.()) return { home, account: undefined };
    throw new Error(
      `The database in ${path} belongs to another user (${uid}), as when Afterword once ran as root: ` +
        'start it as that user or as root, or set DATA_DIR to another folder.',
    );
  }
  // Data that an ordinary user began goes on as that user's, so that both can start it.
  const account = uid === 0 ? (newcomer ?? postgresAccount()) : { uid, gid };
  if (uid === 0) chownSync(home, account.uid, account.gid);
  if (!canReach(account, home)) {
    throw new Error(
      `Postgres runs as user ${account.uid}, who can't reach its data in ${home}: let that user pass ` +
        'through the folders above it, or set DATA_DIR to another folder.',
    );
  }
  return { home, account };
}

/** The home of Postgres for a DATA_DIR, when it has one. */
export function findHome(dataDir: string): string | undefined {
  const path = resolve(dataDir, 'postgres');
  return existsSync(path) ? realpathSync(path) : undefined;
}

export function socketPath(socketFolder: string): string {
  return join(socketFolder, socketName);
}

/** The folder of the socket, created if need be: the home, or a private one when its path is too long. */
export function openSocketFolder({ home, account }: Location): string {
  const isShort = (folder: string) => Buffer.byteLength(socketPath(folder)) <= longestSocketPath;
  if (isShort(home)) return home;
  const name = `afterword-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const parent = [tmpdir(), '/tmp'].find(
    (folder) => isShort(join(folder, name)) && (account === undefined || canReach(account, folder)),
  );
  if (parent === undefined) throw new Error(`The path ${home} is too long: set DATA_DIR to a shorter one.`);
  const folder = join(parent, name);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isRoot() && account !== undefined && lstatSync(folder).uid === 0) {
    chownSync(folder, account.uid, account.gid);
  }
  const found = lstatSync(folder);
  // Anyone can create folders there, and who owns this one could pose as our Postgres.
  if (!found.isDirectory() || found.uid !== (account?.uid ?? process.getuid?.()) || found.mode & 0o077) {
    throw new Error(
      `${folder} is not private to the user of Postgres: remove it, or set a shorter DATA_DIR.`,
    );
  }
  return folder;
}

/** Removes the folder of the socket unless that is the home. */
export function closeSocketFolder(socketFolder: string, home: string): void {
  if (socketFolder === home || !existsSync(socketFolder)) return;
  rmSync(socketPath(socketFolder), { force: true });
  rmSync(`${socketPath(socketFolder)}.lock`, { force: true });
  rmdirSync(socketFolder);
}
