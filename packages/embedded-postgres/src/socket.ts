// The Unix socket that Postgres listens on: in the server folder, or in a private folder if that path is too long.
import { createHash } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach, isRoot } from './account.ts';
import { socketFolderPrefix, useShorterPath } from './afterword.ts';
import type { Location } from './location.ts';

const socketName = '.s.PGSQL.5432';
// A socket's path has at most 103 bytes on macOS, 107 on Linux.
const maxSocketPathBytes = 100;

function socketPath(socketFolder: string): string {
  return join(socketFolder, socketName);
}

/**
 * Finds or creates the folder of the socket.
 * @throws Error if no path is short enough, or if others could use the folder
 */
export function openSocketFolder({ folder, account }: Location): string {
  const isShort = (path: string) => Buffer.byteLength(socketPath(path)) <= maxSocketPathBytes;
  if (isShort(folder)) return folder;
  const name = `${socketFolderPrefix}${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const parent = [tmpdir(), '/tmp'].find(
    (path) => isShort(join(path, name)) && (account === undefined || canReach(account, path)),
  );
  if (parent === undefined) {
    throw new Error(`The path ${folder} is too long for a Unix socket: ${useShorterPath}.`);
  }
  const socketFolder = join(parent, name);
  if (!existsSync(socketFolder)) mkdirSync(socketFolder, { recursive: true, mode: 0o700 });
  if (isRoot() && account !== undefined && lstatSync(socketFolder).uid === 0) {
    chownSync(socketFolder, account.uid, account.gid);
  }
  const status = lstatSync(socketFolder);
  // Anyone can create folders there, and the owner of this one could impersonate our Postgres.
  if (!status.isDirectory() || status.uid !== (account?.uid ?? process.getuid?.()) || status.mode & 0o077) {
    throw new Error(
      `The socket folder ${socketFolder} is not private to the user of Postgres: remove it, or ${useShorterPath}.`,
    );
  }
  return socketFolder;
}

/** Removes the lock file that a server leaves beside its socket if it was killed. */
export function removeSocketLock(socketFolder: string): void {
  rmSync(`${socketPath(socketFolder)}.lock`, { force: true });
}

/** Removes the folder of the socket, unless that is the server folder. */
export function closeSocketFolder(socketFolder: string, serverFolder: string): void {
  if (socketFolder === serverFolder || !existsSync(socketFolder)) return;
  rmSync(socketPath(socketFolder), { force: true });
  removeSocketLock(socketFolder);
  rmdirSync(socketFolder);
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
