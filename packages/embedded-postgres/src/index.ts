// The embedded Postgres that serves when there is no DATABASE_URL: one per DATA_DIR,
// which lives no longer than the process that started it.
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
import { join, resolve } from 'node:path';
import { findBinaries } from './binaries.ts';
import {
  closeSocketFolder,
  findHome,
  type Location,
  openHome,
  openSocketFolder,
  plainEnvironment,
} from './location.ts';
import { claimFolder, isAlive, type ProcessIdentity, readOwner } from './owner.ts';
import { endEarlier, type Installation, isListening, launchPostgres, runProgram } from './process.ts';

export { findHome, plainEnvironment };

export type EmbeddedPostgres = {
  /** For `pg` and Prisma's adapter as connectionString: the superuser on the database `afterword`. */
  url: string;
  /** Fast shutdown: open transactions are rolled back. Resolves when Postgres is gone. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** Created when missing; the log and the data are under `postgres` in it. */
  dataDir: string;
  /** False trades safety in a crash of the machine for speed, which tests can afford. Default true. */
  durable?: boolean;
};

// The port and sslmode stand there because PGPORT and PGSSLMODE would otherwise decide them.
function urlOf(socketFolder: string): string {
  const host = encodeURIComponent(socketFolder);
  return `postgresql://afterword@localhost:5432/afterword?host=${host}&sslmode=disable`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function settings(socketFolder: string, durable: boolean): string {
  // The setting is a list, in which a folder with a comma needs double quotes of its own.
  const socketFolders = quote(`"${socketFolder.replaceAll('"', '""')}"`);
  const onlyIfDurable = durable ? 'on' : 'off';
  return `# Written by Afterword at every start. Put settings of yours into postgresql.conf, below its include.
listen_addresses = ''
unix_socket_directories = ${socketFolders}
unix_socket_permissions = 0700
port = 5432
max_connections = 100
shared_buffers = 128MB
max_wal_size = 1GB
synchronous_commit = on
fsync = ${onlyIfDurable}
full_page_writes = ${onlyIfDurable}
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
`;
}

// Another user owns the folder when we are root: a rename replaces a link there, a write would follow it.
function writeSettings(home: string, content: string): void {
  const written = join(home, `afterword.conf.${randomBytes(4).toString('hex')}`);
  writeFileSync(written, content, { flag: 'wx' });
  // A strict umask would hide the file from Postgres.
  chmodSync(written, 0o644);
  renameSync(written, join(home, 'data', 'afterword.conf'));
}

const initOptions = [
  '--username=afterword',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--auth-local=trust',
  '--auth-host=reject',
];

// The folder gets its name when everything is in it: a start that is killed half-way leaves no half of a database.
async function initialise({ location, bin }: Installation, durable: boolean): Promise<void> {
  const { home } = location;
  for (const leftover of readdirSync(home).filter((name) => name.startsWith('data.'))) {
    rmSync(join(home, leftover), { recursive: true, force: true, maxRetries: 5 });
  }
  const unfinished = `data.${randomBytes(4).toString('hex')}`;
  const sync = durable ? [] : ['--no-sync'];
  const steps = [
    { command: ['initdb', '-D', unfinished, ...initOptions, ...sync], input: '' },
    {
      command: ['postgres', '--single', '-D', unfinished, '-c', 'exit_on_error=on', 'template1'],
      input: 'CREATE DATABASE afterword;\n',
    },
  ];
  for (const { command, input } of steps) {
    const [program = '', ...options] = command;
    const { isOk, output } = await runProgram([join(bin, program), ...options], location, input);
    if (!isOk) throw new Error(`The embedded Postgres could not set up ${home}; ${program} says:\n${output}`);
  }
  appendFileSync(join(home, unfinished, 'postgresql.conf'), "\ninclude = 'afterword.conf'\n");
  renameSync(join(home, unfinished), join(home, 'data'));
}

function checkVersion(home: string, expected: string): void {
  const file = join(home, 'data', 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
  if (found === expected) return;
  throw new Error(
    `The database in ${join(home, 'data')} is of PostgreSQL ${found}, and the embedded one is ${expected}: ` +
      'set DATA_DIR to another folder, or run that data with its own PostgreSQL and set DATABASE_URL.',
  );
}

type Start = { installation: Installation; major: string; durable: boolean };

async function startOwned(
  { installation, major, durable }: Start,
  claim: ReturnType<typeof claimFolder>,
): Promise<EmbeddedPostgres> {
  const { location, socketFolder } = installation;
  const { home } = location;
  await endEarlier(installation, claim.earlierSupervisor);
  if (!existsSync(join(home, 'data'))) await initialise(installation, durable);
  checkVersion(home, major);
  writeSettings(home, settings(socketFolder, durable));
  let supervisor: ProcessIdentity | undefined;
  const running = await launchPostgres(installation, (started) => {
    supervisor = started;
    claim.note({ supervisor });
  });
  const url = urlOf(socketFolder);
  try {
    claim.note({ supervisor, url });
  } catch (error) {
    await running.stop();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    await running.stop();
    closeSocketFolder(socketFolder, home);
    claim.release();
  };
  return {
    url,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * Starts Postgres in DATA_DIR, and creates its data at the first start.
 * @throws Error when another living process runs one there (it names its pid), when the data is of
 *   another major version, or with the end of the log when Postgres does not come up
 */
export async function startEmbedded({ dataDir, durable = true }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const location: Location = openHome(dataDir);
  const { bin, major } = await findBinaries(location.account);
  const claim = claimFolder(location.home, resolve(dataDir));
  try {
    const socketFolder = openSocketFolder(location);
    return await startOwned({ installation: { location, bin, socketFolder }, major, durable }, claim);
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** The url of the Postgres that another process runs in DATA_DIR right now, or undefined. */
export async function findEmbedded(dataDir: string): Promise<string | undefined> {
  const home = findHome(dataDir);
  if (home === undefined) return undefined;
  const { owner, url } = readOwner(home);
  if (owner === undefined || url === undefined || !isAlive(owner)) return undefined;
  const socketFolder = new URL(url).searchParams.get('host');
  return socketFolder !== null && (await isListening(socketFolder)) ? url : undefined;
}
