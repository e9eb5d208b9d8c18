// The command line: npm run afterword -- COMMAND. Each command is a file of its own in this folder.
import { type Command, UsageError } from './command.ts';

// A command is loaded when it is called: loading the others would cost time, and memory for as long as it runs.
const commands: Record<string, () => Promise<Command>> = {
  'demo-data': async () => (await import('./demo-data.ts')).demoDataCommand,
  events: async () => (await import('./events.ts')).eventsCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  'print-schema': async () => (await import('./print-schema.ts')).printSchemaCommand,
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand,
};

const helpFlags = ['--help', '-h'];

async function listCommands(): Promise<string> {
  const lines: string[] = [];
  for (const [name, load] of Object.entries(commands)) {
    lines.push(`  ${name.padEnd(14)} ${(await load()).summary}`);
  }
  return `Usage: npm run afterword -- COMMAND [OPTION…]

${lines.join('\n')}

COMMAND --help prints the options of a command. Like the server, commands take their settings (such as DATABASE_URL,
DATA_DIR, HOST and PORT) from the environment, and from a file .env in the working directory.
`;
}

async function run([name = 'help', ...args]: string[]): Promise<number> {
  if (name === 'help' || helpFlags.includes(name)) {
    process.stdout.write(await listCommands());
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${await listCommands()}`);
    return 2;
  }
  const command = await load();
  if (args[0] === 'help' || args.some((arg) => helpFlags.includes(arg))) {
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

// EPIPE: the reader has read enough, as `head` does. That is a success.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const exitCode = await run(process.argv.slice(2));
// Explicitly, since Prisma's engine leaves a timer of ten seconds behind. In the callback of an empty write, since
// everything before it is flushed then. Not with end(): stdout may be a socket that others write to after this, such as
// the calling shell, and end() would shut it down for them too.
process.stdout.write('', () => process.exit(exitCode));
