// The database of one run: created on BENCH_DATABASE_URL's server or on an embedded Postgres of its own, and
// dropped at the end.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '@afterword/embedded-postgres';
import pg from 'pg';
import { type CpuUse, postgresPids, postmasterOf, readCpu } from './cpu.ts';

export type BenchDatabase = {
  url: string;
  /** Its server's version, in the server's own words. */
  version: string;
  /** Of the processes of its Postgres; undefined where they can't be seen from here. */
  readCpu(): CpuUse | undefined;
  /** Runs statements on a connection of its own. */
  run<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
};

/** Where databases are made; @param stack takes what is to be released at the end */
export async function openServer(stack: AsyncDisposableStack): Promise<string> {
  const given = process.env.BENCH_DATABASE_URL;
  if (given !== undefined && given !== '') return given;
  const folder = fileURLToPath(new URL('../../.afterword/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(`${folder}bench-`);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const embedded = await startEmbedded({ dataDir });
  stack.defer(() => embedded.stop());
  return embedded.url;
}

async function openClient(stack: AsyncDisposableStack, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  return client;
}

/**
 * @param stack takes what is to be released at the end
 * @param given for a run with several databases: the server that has them, and what tells them apart
 */
export async function openDatabase(
  stack: AsyncDisposableStack,
  given?: { serverUrl: string; suffix: string },
): Promise<BenchDatabase> {
  const serverUrl = given?.serverUrl ?? (await openServer(stack));
  const server = await openClient(stack, serverUrl);
  const name = `afterword_bench_${process.pid}${given?.suffix ?? ''}`;
  await server.query(`CREATE DATABASE ${name}`);
  stack.defer(async () => void (await server.query(`DROP DATABASE ${name} WITH (FORCE)`)));
  // Whatever the server is set to: an append that is not on disk is not comparable with one that is.
  await server.query(`ALTER DATABASE ${name} SET synchronous_commit = on`);

  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = await openClient(stack, url.href);
  const run = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows;
  const [about] = await run<{ version: string; pid: number }>(
    `SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid`,
  );
  const postmaster = about === undefined ? undefined : postmasterOf(about.pid);
  return {
    url: url.href,
    version: about?.version ?? '',
    readCpu: () => (postmaster === undefined ? undefined : readCpu(postgresPids(postmaster, name))),
    run,
  };
}
