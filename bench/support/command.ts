// Afterword's command line, as its users call it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts a command; the caller reads its stdout. */
export function startCommand(databaseUrl: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: databaseUrl },
  });
}

/** Creates the tables, in a process of its own: Prisma's engine keeps its process alive for seconds afterwards. */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const child = startCommand(databaseUrl, ['migrate']);
  child.stdout?.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The database could not be migrated (exit code ${code}).`);
}
