// Creates a server's database cluster (`data/` in the server folder) with initdb, and writes its settings at every start.
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connectToIt, databaseName, settingsFile, superuserName, useOtherFolder } from './afterword.ts';
import { runProgram } from './program.ts';
import type { ServerSetup } from './server-process.ts';

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function formatSettings(socketFolder: string, isDurable: boolean): string {
  // The value is a list, so a folder whose name contains a comma needs double quotes inside the single ones.
  const socketFolders = quote(`"${socketFolder.replaceAll('"', '""')}"`);
  const onIfDurable = isDurable ? 'on' : 'off';
  return `# Overwritten at every start. Put your own settings at the end of postgresql.conf.
listen_addresses = ''
unix_socket_directories = ${socketFolders}
unix_socket_permissions = 0700
port = 5432
max_connections = 100
shared_buffers = 128MB
max_wal_size = 1GB
synchronous_commit = on
fsync = ${onIfDurable}
full_page_writes = ${onIfDurable}
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
`;
}

// Written beside the cluster and then renamed: if this process is root, another user owns the cluster and may have put
// a link there. A rename replaces the link, a write would follow it.
function writeSettings(serverFolder: string, settings: string): void {
  const temporaryFile = join(serverFolder, `${settingsFile}.${randomBytes(4).toString('hex')}`);
  writeFileSync(temporaryFile, settings, { flag: 'wx' });
  // A strict umask would hide the file from Postgres.
  chmodSync(temporaryFile, 0o644);
  renameSync(temporaryFile, join(serverFolder, 'data', settingsFile));
}

const initOptions = [
  `--username=${superuserName}`,
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--auth-local=trust',
  '--auth-host=reject',
];

// The folder gets its name `data` when it is complete, so that an interrupted first start leaves no partial cluster.
async function createCluster(setup: ServerSetup, isDurable: boolean): Promise<void> {
  const { folder, binFolder } = setup;
  for (const leftover of readdirSync(folder).filter((name) => name.startsWith('data.'))) {
    rmSync(join(folder, leftover), { recursive: true, force: true, maxRetries: 5 });
  }
  const unfinished = `data.${randomBytes(4).toString('hex')}`;
  const syncOptions = isDurable ? [] : ['--no-sync'];
  const steps = [
    { command: ['initdb', '-D', unfinished, ...initOptions, ...syncOptions], input: '' },
    {
      command: ['postgres', '--single', '-D', unfinished, '-c', 'exit_on_error=on', 'template1'],
      input: `CREATE DATABASE ${databaseName};\n`,
    },
  ];
  for (const { command, input } of steps) {
    const [program = '', ...options] = command;
    const { isOk, output } = await runProgram([join(binFolder, program), ...options], { ...setup, input });
    if (!isOk) {
      throw new Error(`The embedded Postgres could not set up ${folder}; ${program} printed:\n${output}`);
    }
  }
  appendFileSync(join(folder, unfinished, 'postgresql.conf'), `\ninclude = '${settingsFile}'\n`);
  renameSync(join(folder, unfinished), join(folder, 'data'));
}

function checkVersion(serverFolder: string, majorVersion: string): void {
  const file = join(serverFolder, 'data', 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
  if (version === majorVersion) return;
  throw new Error(
    `The data in ${join(serverFolder, 'data')} is of PostgreSQL ${version}, and the embedded Postgres is of ` +
      `version ${majorVersion}: ${useOtherFolder}, or run a PostgreSQL ${version} on that data yourself and ${connectToIt}.`,
  );
}

/**
 * Makes the cluster ready for a start, and creates it if it is missing.
 * @throws Error if initdb fails, or if the cluster is of another major version
 */
export async function prepareCluster(
  setup: ServerSetup,
  { majorVersion, isDurable }: { majorVersion: string; isDurable: boolean },
): Promise<void> {
  if (!existsSync(join(setup.folder, 'data'))) await createCluster(setup, isDurable);
  checkVersion(setup.folder, majorVersion);
  writeSettings(setup.folder, formatSettings(setup.socketFolder, isDurable));
}
