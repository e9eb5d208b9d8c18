// The command line: npm run afterword -- COMMAND. Each command is one file beside this one.
import { type Command, UsageError } from './command.ts';
import { demoDataCommand } from './demo-data.ts';
import { eventsCommand } from './events.ts';
import { importCommand } from './import.ts';
import { migrateCommand } from './migrate.ts';
import { printSchemaCommand } from './print-schema.ts';
import { rebuildCommand } from './rebuild.ts';

const commands: Record<string, Command> = {
  'demo-data': demoDataCommand,
  events: eventsCommand,
  import: importCommand,
  migrate: migrateCommand,
  'print-schema': printSchemaCommand,
  rebuild: rebuildCommand,
};

const helpFlags = ['help', '--help', '-h'];

function listOfCommands(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`);
  return `Usage: npm run afterword -- COMMAND\n\n${lines.join('\n')}\n\nCOMMAND --help says more.\n`;
}

async function run([name = 'help', ...args]: string[]): Promise<number> {
  if (helpFlags.includes(name)) {
    process.stdout.write(listOfCommands());
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${listOfCommands()}`);
    return 2;
  }
  if (args.some((arg) => helpFlags.includes(arg))) {
    process.stdout.write(command.usage);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError)) return 1;
    process.stderr.write(`\n${command.usage}`);
    return 2;
  }
}

// Who reads has read enough, as `head` does: nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const exitCode = await run(process.argv.slice(2));
// Prisma's engine leaves a timer of ten seconds behind, which nothing waits for.
process.stdout.end(() => process.exit(exitCode));
