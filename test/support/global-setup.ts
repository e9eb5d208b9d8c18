// Starts the Postgres of the tests and makes the template database that each test file clones.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbedded } from '@afterword/embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { findBrowser } from '../web/support/browser.ts';
import { describeLeftOut } from './left-out.ts';
import { hasNatsServer } from './nats.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the template; another database of the same server has another path. */
    templateUrl: string;
    /** Whether there is a NATS server to start; without one the tests that need it are skipped. */
    hasNats: boolean;
    /** Whether there is a Chromium; without one the tests of the pages are skipped. */
    hasBrowser: boolean;
  }
}

const natsServer = { provided: 'hasNats', missing: 'nats-server', install: 'apt-get install nats-server' };
const chromium = {
  provided: 'hasBrowser',
  missing: 'Chromium',
  install: 'apt-get install chromium, or name another one in CHROMIUM_PATH',
};

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== '') return { url: given, stop: () => Promise.resolve() };
  const dataDir = await mkdtemp(join(tmpdir(), 'afterword-test-'));
  // As root, Postgres runs as another user, who must be able to reach the folder.
  await chmod(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, durable: false });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** By the command line: Prisma's engine would hold this process for ten seconds after the tests. */
async function migrateByCommand(url: string): Promise<void> {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [main, 'migrate'], {
    env: { ...process.env, DATABASE_URL: url },
  });
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const name = `afterword_template_${process.pid}`;
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await migrateByCommand(url.href);
  project.provide('templateUrl', url.href);
  const { rows } = await admin.query<{ server_version: string }>('SHOW server_version');
  process.stdout.write(`Tests run on PostgreSQL ${rows[0]?.server_version}.\n`);
  const hasNats = hasNatsServer();
  project.provide('hasNats', hasNats);
  const hasBrowser = findBrowser() !== undefined;
  project.provide('hasBrowser', hasBrowser);
  const leftOut = [
    hasNats ? '' : describeLeftOut(natsServer),
    hasBrowser ? '' : describeLeftOut(chromium),
  ].join('');
  process.stdout.write(leftOut);
  return async () => {
    process.stdout.write(leftOut);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
    await server.stop();
  };
}
