// `migrate`: applies migrations and SQL functions without starting the server, as a step of a deployment.
import { parseConfig, readEnvironment } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { type Command, readArgs } from './command.ts';
import { openUrl } from './database.ts';

const usage = `Usage: npm run afterword -- migrate

Migrates the database at DATABASE_URL, or the embedded one in DATA_DIR, to this version, and prints what it applied.

Exit codes: 0 the database has this version, 1 it could not be migrated, 2 invalid arguments.
`;

export const migrateCommand: Command = {
  summary: 'migrates the database to this version',
  usage,
  async run(args) {
    readArgs(args, {});
    await using stack = new AsyncDisposableStack();
    const { url } = await openUrl(parseConfig(readEnvironment()), stack);
    const applied = await migrate(url);
    process.stdout.write(applied.length === 0 ? 'Already current.\n' : `Applied ${applied.join(', ')}.\n`);
    return 0;
  },
};
