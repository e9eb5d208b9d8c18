// Applies migrations and functions without starting the server, as a step of a deployment.
import { parseConfig, readEnvironment } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { type Command, readArgs } from './command.ts';
import { openUrl } from './database.ts';

export const migrateCommand: Command = {
  summary: 'brings the database to this version',
  usage:
    'Usage: npm run afterword -- migrate\n\nBrings the database at DATABASE_URL, or the embedded one, to this version.\n',
  async run(args) {
    readArgs(args, {});
    await using stack = new AsyncDisposableStack();
    const { url } = await openUrl(parseConfig(readEnvironment()), stack);
    const applied = await migrate(url);
    process.stdout.write(applied.length === 0 ? 'Already current.\n' : `Applied ${applied.join(', ')}.\n`);
    return 0;
  },
};
