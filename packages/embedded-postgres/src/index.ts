// The public API: starts a Postgres that one process owns, one per data folder, and finds the one of another process.
import { resolve } from 'node:path';
import { databaseName, superuserName } from './afterword.ts';
import { findBinaries } from './binaries.ts';
import { prepareCluster } from './cluster.ts';
import { findServerFolder, openServerFolder } from './location.ts';
import { type Claim, claimFolder, isAlive, type ProcessIdentity, readOwner } from './owner.ts';
import { minimalEnvironment } from './program.ts';
import { type ServerSetup, startServer, stopOrphans } from './server-process.ts';
import { closeSocketFolder, isListening, openSocketFolder } from './socket.ts';

export { findServerFolder, minimalEnvironment };

export type EmbeddedPostgres = {
  /** Connection string of the superuser, for `pg` and for Prisma's adapter. */
  url: string;
  /** Fast shutdown: open transactions are rolled back. Resolves when Postgres is gone. */
  stop(): Promise<void>;
};

export type EmbeddedOptions = {
  /** The data folder, created if it is missing; all files are in its folder `postgres`. */
  dataDir: string;
  /** If false, a crash of the machine can destroy the data, and writes are faster: for tests. Default true. */
  durable?: boolean;
};

// The url names the port and sslmode because PGPORT and PGSSLMODE would apply otherwise.
function formatUrl(socketFolder: string): string {
  const host = encodeURIComponent(socketFolder);
  return `postgresql://${superuserName}@localhost:5432/${databaseName}?host=${host}&sslmode=disable`;
}

async function startClaimed(setup: ServerSetup, claim: Claim): Promise<EmbeddedPostgres> {
  let supervisor: ProcessIdentity | undefined;
  const server = await startServer(setup, (started) => {
    supervisor = started;
    claim.update({ supervisor });
  });
  const url = formatUrl(setup.socketFolder);
  try {
    claim.update({ supervisor, url });
  } catch (error) {
    await server.stop();
    throw error;
  }
  const stop = async () => {
    await server.stop();
    closeSocketFolder(setup.socketFolder, setup.folder);
    claim.release();
  };
  let stopped: Promise<void> | undefined;
  return {
    url,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * Starts Postgres in a data folder, and creates its data at the first start.
 * @throws Error if another process that is alive runs one there (names its pid), if the data is of another major
 *   version, or if Postgres does not start (shows the end of its log)
 */
export async function startEmbedded({ dataDir, durable = true }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const location = openServerFolder(dataDir);
  const { binFolder, majorVersion } = await findBinaries(location.account);
  const claim = claimFolder(location.folder, resolve(dataDir));
  try {
    const setup = { ...location, binFolder, socketFolder: openSocketFolder(location) };
    await stopOrphans(setup, claim.previousSupervisor);
    await prepareCluster(setup, { majorVersion, isDurable: durable });
    return await startClaimed(setup, claim);
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Connection string of the Postgres that another process runs in the data folder now, or undefined if none does. */
export async function findEmbedded(dataDir: string): Promise<string | undefined> {
  const folder = findServerFolder(dataDir);
  if (folder === undefined) return undefined;
  const { owner, url } = readOwner(folder);
  if (owner === undefined || url === undefined || !isAlive(owner)) return undefined;
  const socketFolder = new URL(url).searchParams.get('host');
  return socketFolder !== null && (await isListening(socketFolder)) ? url : undefined;
}
