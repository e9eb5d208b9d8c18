// Where a server keeps its files. Existing folders keep their permissions: if the user of Postgres could not reach
// the data there, the data goes to a system folder and a link takes its place.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { canReach, findOrCreatePostgresAccount, isRoot } from './account.ts';
import { systemFolder, useOtherFolder } from './afterword.ts';
import type { Account } from './program.ts';

export type Location = {
  /** The server folder: holds `data/`, `postgres.log` and the owner record. An absolute path without links. */
  folder: string;
  /** The user that Postgres runs as; undefined if that is this process' own user. */
  account: Account | undefined;
};

/** Creates the system folder, and makes it readable to every user whatever the umask is. */
export function createSystemFolder(): void {
  mkdirSync(systemFolder, { recursive: true });
  chmodSync(systemFolder, 0o755);
}

// The name is random and not derived from the path: whoever removes the folder of the link gets a fresh database.
function createLinkedFolder(link: string, account: Account): void {
  createSystemFolder();
  const target = join(systemFolder, randomBytes(8).toString('hex'));
  mkdirSync(target, { mode: 0o700 });
  writeFileSync(
    join(target, 'README.txt'),
    `The PostgreSQL data that the link ${link} points to.\nIf that link is gone, nothing uses this folder.\n`,
  );
  chownSync(target, account.uid, account.gid);
  try {
    symlinkSync(target, link);
  } catch (error) {
    rmSync(target, { recursive: true });
    // If another start created the link at the same moment, its folder is just as good.
    if (!existsSync(link)) throw error;
  }
}

function createServerFolder(path: string, account: Account | undefined): void {
  if (account !== undefined && !canReach(account, resolve(path, '..'))) createLinkedFolder(path, account);
  else mkdirSync(path, { recursive: true, mode: 0o700 });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/**
 * Finds or creates the server folder of a data folder: `postgres` in it, or what that links to.
 * @throws Error if its link is broken, or if it belongs to a user that this process can't run Postgres as
 */
export function openServerFolder(dataDir: string): Location {
  const path = resolve(dataDir, 'postgres');
  mkdirSync(resolve(dataDir), { recursive: true });
  if (isLink(path) && !existsSync(path)) {
    throw new Error(
      `The database of ${resolve(dataDir)} is missing: its link \`postgres\` points to a folder that does ` +
        'not exist. Restore that folder, or remove the link to start with an empty database.',
    );
  }
  const newAccount = isRoot() && !existsSync(path) ? findOrCreatePostgresAccount() : undefined;
  createServerFolder(path, newAccount);
  const folder = realpathSync(path);
  const { uid, gid } = statSync(folder);
  if (!isRoot()) {
    if (uid === process.getuid?.()) return { folder, account: undefined };
    throw new Error(
      `The database in ${path} belongs to another user (${uid}), as it does after a start as root: ` +
        `start this program as that user or as root, or ${useOtherFolder}.`,
    );
  }
  // The data of an ordinary user stays that user's, so that both that user and root can start it.
  const account = uid === 0 ? (newAccount ?? findOrCreatePostgresAccount()) : { uid, gid };
  if (uid === 0) chownSync(folder, account.uid, account.gid);
  if (!canReach(account, folder)) {
    throw new Error(
      `Postgres runs as user ${account.uid}, who can't reach its data in ${folder}: give that user access ` +
        `to the folders above it, or ${useOtherFolder}.`,
    );
  }
  return { folder, account };
}

/** The server folder of a data folder, or undefined if it does not exist yet. */
export function findServerFolder(dataDir: string): string | undefined {
  const path = resolve(dataDir, 'postgres');
  return existsSync(path) ? realpathSync(path) : undefined;
}
