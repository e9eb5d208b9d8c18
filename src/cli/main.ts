// The command line: npm run afterword -- COMMAND. Each command is one file beside this one.
import { type Command, UsageError } from './command.ts';

// Each is loaded when it is called: what the others need would take time, and memory for as long as it runs.
const commands: Record<string, () => Promise<Command>> = {
  'demo-data': async () => (await import('./demo-data.ts')).demoDataCommand,
  events: async () => (await import('./events.ts')).eventsCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  import: async () => (await import('./import.ts')).importCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  'print-schema': async () => (await import('./print-schema.ts')).printSchemaCommand,
  rebuild: async () => (await import('./rebuild.ts')).rebuildCommand,
};

const helpFlags = ['help', '--help', '-h'];

async function listOfCommands(): Promise<string> {
  const lines: string[] = [];
  for (const [name, load] of Object.entries(commands)) {
    lines.push(`  ${name.padEnd(14)} ${(await load()).summary}`);
  }
  return `Usage: npm run afterword -- COMMAND\n\n${lines.join('\n')}\n\nCOMMAND --help says more.\n`;
}

async function run([name = 'help', ...args]: string[]): Promise<number> {
  if (helpFlags.includes(name)) {
    process.stdout.write(await listOfCommands());
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${await listOfCommands()}`);
    return 2;
  }
  const command = await load();
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
// Prisma's engine leaves a timer of ten seconds behind, which nothing waits for. Not with end(): stdout may be a socket
// that others write to after this, such as the shell that called, and end() would shut it for them too.
process.stdout.write('', () => process.exit(exitCode));
