// The database that a command works on: that of the server, whether or not the server is running.
import { findEmbedded, startEmbedded } from '@afterword/embedded-postgres';
import { type Config, parseConfig, readEnvironment } from '../config.ts';
import { connect, type Database } from '../database/connect.ts';
import { isCurrent, migrate } from '../database/migrate.ts';

/**
 * The URL of the database at DATABASE_URL, or of the embedded one in DATA_DIR. If no server has started the embedded one,
 * it is started here, and stopped when the stack is disposed of.
 * @returns isOwn whether it was started here
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
 * Connects to the database of the configuration. The connections are closed when the stack is disposed of.
 * @throws Error if the database has another version: a command must not migrate it while servers use it
 */
export async function openDatabase(
  stack: AsyncDisposableStack,
): Promise<Database & { url: string; config: Config }> {
  const config = parseConfig(readEnvironment());
  const { url, isOwn } = await openUrl(config, stack);
  if (isOwn) await migrate(url);
  else if (!(await isCurrent(url))) {
    throw new Error(
      'The database has another version than this command: run npm run afterword -- migrate, then try again.',
    );
  }
  const onError = (error: Error) => process.stderr.write(`Lost a connection to Postgres: ${error.message}\n`);
  const database = connect({ url, poolSize: config.databasePoolSize, onError });
  stack.defer(() => database.close());
  return { ...database, url, config };
}
