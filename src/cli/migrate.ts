// Applies migrations and functions without starting the server, as a step of a deployment.
import { parseConfig, readEnvironment } from '../config.ts';
import { findEmbedded, startEmbedded } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';

export async function migrateCommand(): Promise<void> {
  const config = parseConfig(readEnvironment());
  const running = config.databaseUrl ?? (await findEmbedded(config.dataDir));
  const embedded = running === undefined ? await startEmbedded({ dataDir: config.dataDir }) : undefined;
  try {
    const applied = await migrate(running ?? embedded?.url ?? '');
    process.stdout.write(applied.length === 0 ? 'Already current.\n' : `Applied ${applied.join(', ')}.\n`);
  } finally {
    await embedded?.stop();
  }
}
