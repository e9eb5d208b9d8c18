// A database of the test file's own, cloned from the migrated template; closing it fails on a leaked connection.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { waitUntil } from './wait.ts';

export type TestDatabase = {
  url: string;
  /** One connection for the test's own questions. */
  client: pg.Client;
  /** Another connection, to be ended by the test. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
};

async function asAdmin<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `afterword_${randomBytes(6).toString('hex')}`;
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`));
  const url = new URL(template);
  url.pathname = `/${name}`;
  const connect = async () => {
    const opened = new pg.Client({ connectionString: url.href });
    await opened.connect();
    return opened;
  };
  const client = await connect();
  return {
    url: url.href,
    client,
    connect,
    async close() {
      await client.end();
      await asAdmin(async (admin) => {
        await waitUntil('every connection to the test database is closed', async () => {
          const { rows } = await admin.query<{ count: number }>(
            'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = $1',
            [name],
          );
          return rows[0]?.count === 0;
        });
        await admin.query(`DROP DATABASE ${name}`);
      });
    },
  };
}
