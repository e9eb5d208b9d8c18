// The database that a command works on, beside a running server or without one.

import { findEmbedded, startEmbedded } from '@afterword/embedded-postgres';
import { type Config, parseConfig, readEnvironment } from '../config.ts';
import { connect, type Database } from '../database/connect.ts';
import { isCurrent, migrate } from '../database/migrate.ts';

/**
 * The database at DATABASE_URL, or the embedded one of DATA_DIR: the one that a server started there, or one that is
 * started here and stopped with the stack.
 */
export async function openUrl(
  config: Config,
  stack: AsyncDisposableStack,
): Promise<{ url: string; isOwn: boolean }> {
  const running = config.databaseUrl ?? (await findEmbedded(config.dataDir));
  if (running !== undefined) return { url: running, isOwn: false };
  const embedded = await startEmbedded({ dataDir: config.dataDir });
  stack.defer(() => embedded.stop());
  return { url: embedded.url, isOwn: true };
}

/**
 * Connects to the database of the configuration; everything is released with the stack.
 * @throws Error where it belongs to another version: a command must not migrate it under the servers that use it
 */
export async function openDatabase(
  stack: AsyncDisposableStack,
): Promise<Database & { url: string; config: Config }> {
  const config = parseConfig(readEnvironment());
  const { url, isOwn } = await openUrl(config, stack);
  if (isOwn) await migrate(url);
  else if (!(await isCurrent(url))) {
    throw new Error('The database is not at this version: run npm run afterword -- migrate, then try again.');
  }
  const onError = (error: Error) => process.stderr.write(`Lost a connection to Postgres: ${error.message}\n`);
  const database = connect({ url, poolSize: config.databasePoolSize, onError });
  stack.defer(() => database.close());
  return { ...database, url, config };
}
