// The Postgres of a run: one of its own, which can be crashed and restarted, or a database of a given server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findServerFolder, minimalEnvironment, startEmbedded } from '@afterword/embedded-postgres';
import pg from 'pg';
import { newId } from '../../src/lib/ulid.ts';

export type ChaosPostgres = {
  url: string;
  /** Undefined where the server is not this run's own. */
  restart: { crash(): Promise<void>; fast(): Promise<void> } | undefined;
  /** Breaks every connection to the database. */
  terminateConnections(): Promise<void>;
  stop(): Promise<void>;
};

/** Runs one statement on a connection of its own. */
export async function ask<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function terminateConnections(url: string): Promise<void> {
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  // A Postgres that is away has no connections.
  await ask(url, text).catch(() => {});
}

function createRestart(dataDir: string) {
  const home = findServerFolder(dataDir);
  if (home === undefined) throw new Error(`There is no Postgres in ${dataDir}.`);
  const data = join(home, 'data');
  const { uid, gid } = statSync(data);
  const pidOf = () => Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
  const control = join(dirname(readlinkSync(`/proc/${pidOf()}/exe`)), 'pg_ctl');

  async function run(...args: string[]): Promise<boolean> {
    const options = { cwd: home, env: minimalEnvironment, uid, gid, stdio: 'ignore' } as const;
    const [code] = await once(
      spawn(control, [...args, '-D', 'data', '-l', 'postgres.log', '-w', '-s'], options),
      'exit',
    );
    return code === 0;
  }

  return {
    async crash() {
      process.kill(pidOf(), 'SIGKILL');
      const end = Date.now() + 30_000;
      // Its children need a moment to notice.
      while (!(await run('start'))) {
        if (Date.now() > end) throw new Error('Postgres did not come back.');
        await delay(200);
      }
    },
    async fast() {
      if (!(await run('restart', '-m', 'fast'))) throw new Error('Postgres did not restart.');
    },
  };
}

async function createDatabase(server: string): Promise<ChaosPostgres> {
  const name = `afterword_chaos_${newId().toLowerCase()}`;
  await ask(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    restart: undefined,
    terminateConnections: () => terminateConnections(url.href),
    async stop() {
      await ask(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** @param given a server to make a database on; undefined for one of the run's own */
export async function startPostgres(given: string | undefined): Promise<ChaosPostgres> {
  if (given !== undefined) return await createDatabase(given);
  const dataDir = await mkdtemp(join(tmpdir(), 'afterword-chaos-'));
  // As root, Postgres runs as another user, who must be able to reach the folder.
  await chmod(dataDir, 0o755);
  const { url, stop } = await startEmbedded({ dataDir });
  return {
    url,
    restart: createRestart(dataDir),
    terminateConnections: () => terminateConnections(url),
    async stop() {
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
