// The command line: npm run afterword -- COMMAND. Each command is one file beside this one.
import { migrateCommand } from './migrate.ts';
import { printSchema } from './print-schema.ts';

const commands: Record<string, { help: string; run: () => Promise<void> }> = {
  migrate: {
    help: 'brings the database at DATABASE_URL (or the embedded one) to this version',
    run: migrateCommand,
  },
  'print-schema': { help: 'prints the GraphQL schema, as committed in schema.graphql', run: printSchema },
};

function usage(): string {
  const lines = Object.entries(commands).map(([name, { help }]) => `  ${name.padEnd(14)} ${help}`);
  return `Usage: npm run afterword -- COMMAND\n\n${lines.join('\n')}\n`;
}

const name = process.argv[2] ?? 'help';
const command = commands[name];
if (command !== undefined) {
  try {
    await command.run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else if (['help', '--help', '-h'].includes(name)) {
  process.stdout.write(usage());
} else {
  process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${usage()}`);
  process.exitCode = 2;
}

// Prisma's engine leaves a timer of ten seconds behind, which nothing waits for.
process.stdout.end(() => process.exit());
