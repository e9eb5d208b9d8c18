// Finds or creates the user that Postgres runs as if this process is root: Postgres refuses to run as root.
import { spawnSync } from 'node:child_process';
import { useOwnServer } from './afterword.ts';
import { type Account, minimalEnvironment } from './program.ts';

export const isRoot = () => process.getuid?.() === 0;

function readId(user: string, flag: '-u' | '-g'): number | undefined {
  const id = spawnSync('id', [flag, user], { encoding: 'utf8', env: minimalEnvironment });
  return id.status === 0 ? Number(id.stdout) : undefined;
}

function findAccount(user: string): Account | undefined {
  const uid = readId(user, '-u');
  const gid = readId(user, '-g');
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/**
 * The account of the user `postgres`, which is created if it does not exist.
 * @throws Error if it can't be created
 */
export function findOrCreatePostgresAccount(): Account {
  const existing = findAccount('postgres');
  if (existing !== undefined) return existing;
  const commands = [
    ['useradd', '--system', '--home-dir', '/var/lib/postgresql', '--shell', '/bin/sh', 'postgres'],
    // Busybox has no useradd.
    ['adduser', '-S', '-D', '-H', 'postgres'],
  ];
  for (const [program = '', ...options] of commands) {
    spawnSync(program, options, { env: minimalEnvironment });
    const created = findAccount('postgres');
    if (created !== undefined) return created;
  }
  throw new Error(
    'Postgres refuses to run as root, and the user `postgres` could not be created for it: create that ' +
      `user, start this program as an ordinary user, or ${useOwnServer}.`,
  );
}

/**
 * Whether the account can enter the folder.
 * @throws Error if no program can be started as that account
 */
export function canReach(account: Account, folder: string): boolean {
  const options = { ...account, cwd: '/', env: minimalEnvironment };
  const result = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], options);
  if (result.error !== undefined) {
    throw new Error(
      `Postgres refuses to run as root, and no program can be started as user ${account.uid} instead: ` +
        `start this program as an ordinary user, or ${useOwnServer}.`,
      { cause: result.error },
    );
  }
  return result.status === 0;
}
