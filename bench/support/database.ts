// The database of one run: created on the server of BENCH_DATABASE_URL or else on an embedded Postgres that only this
// run uses, and dropped at the end.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '@afterword/embedded-postgres';
import pg from 'pg';
import { type CpuUse, postgresPids, postmasterOf, readCpu } from './cpu.ts';

export type BenchDatabase = {
  url: string;
  /** Version as its server reports it. */
  version: string;
  /** CPU of the processes of its Postgres; undefined if they can't be seen from here. */
  readCpu(): CpuUse | undefined;
  /** Runs a statement, on a connection that nothing else uses. */
  run<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
};

/**
 * @param stack stops the server at the end, if it was started for this run
 * @returns URL of the server on which databases are created
 */
export async function openServer(stack: AsyncDisposableStack): Promise<string> {
  const { BENCH_DATABASE_URL: url } = process.env;
  if (url !== undefined && url !== '') return url;
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
 * @param stack drops the database at the end
 * @param shared for a run with several databases: their server, and a suffix that tells them apart
 */
export async function openDatabase(
  stack: AsyncDisposableStack,
  shared?: { serverUrl: string; suffix: string },
): Promise<BenchDatabase> {
  const serverUrl = shared?.serverUrl ?? (await openServer(stack));
  const server = await openClient(stack, serverUrl);
  const name = `afterword_bench_${process.pid}${shared?.suffix ?? ''}`;
  await server.query(`CREATE DATABASE ${name}`);
  stack.defer(async () => void (await server.query(`DROP DATABASE ${name} WITH (FORCE)`)));
  // Regardless of the server's setting: an append that is not on disk is not comparable with one that is.
  await server.query(`ALTER DATABASE ${name} SET synchronous_commit = on`);

  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const client = await openClient(stack, url.href);
  const run = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows;
  const [session] = await run<{ version: string; pid: number }>(
    `SELECT current_setting('server_version') AS version, pg_backend_pid() AS pid`,
  );
  const postmaster = session === undefined ? undefined : postmasterOf(session.pid);
  return {
    url: url.href,
    version: session?.version ?? '',
    readCpu: () => (postmaster === undefined ? undefined : readCpu(postgresPids(postmaster, name))),
    run,
  };
}
