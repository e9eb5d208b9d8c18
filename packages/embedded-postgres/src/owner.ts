// Which process owns a server folder: at most one does, and a dead owner never blocks the next one.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { useOtherFolder } from './afterword.ts';
import { minimalEnvironment } from './program.ts';

const processSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });
const recordSchema = z.object({
  owner: processSchema.optional(),
  supervisor: processSchema.optional(),
  url: z.string().optional(),
});

/** A process by its pid and its start time: the system may give the pid of a dead process to another one. */
export type ProcessIdentity = z.output<typeof processSchema>;

/** Who runs Postgres in a server folder. `url` is set while Postgres takes connections. */
export type OwnerRecord = z.output<typeof recordSchema>;

export type Claim = {
  /** Supervisor of the previous owner; it may still be stopping that owner's Postgres. */
  previousSupervisor: ProcessIdentity | undefined;
  /** Replaces what the record says beside the owner. */
  update(record: Omit<OwnerRecord, 'owner'>): void;
  /** Gives up the ownership, so that another process can claim the folder while this one lives. */
  release(): void;
};

// Opaque text: it is only compared with what the same function returns for the same pid.
function readStartTime(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const ps = spawnSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // Two processes must get the same text, also if their time zone or language differs or the clocks change.
      env: { ...minimalEnvironment, TZ: 'UTC' },
    });
    const [state, start] = ps.stdout.trim().split(/\s+(.*)/s);
    return state?.startsWith('Z') ? undefined : start;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The process name at the front may contain spaces and brackets. The state follows it, and 19 fields later the
    // start time in clock ticks since boot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie keeps its entry until its parent reaps it, which the first process of a container may never do.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The process that has the pid now, or undefined if there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = readStartTime(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return readStartTime(identity.pid) === identity.startedAt;
}

const recordFile = (folder: string, number: number) => join(folder, `owner.${number}.json`);

function listRecordNumbers(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = /^owner\.(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function parseRecord(text: string): OwnerRecord {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // A record is complete when it gets its name. Only a crash of the machine can damage it, and no owner survives that.
    return {};
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function readNewestRecord(folder: string): { number: number; record: OwnerRecord } {
  const number = Math.max(0, ...listRecordNumbers(folder));
  if (number === 0) return { number, record: {} };
  try {
    return { number, record: parseRecord(readFileSync(recordFile(folder, number), 'utf8')) };
  } catch (error) {
    // A newer record replaced it after the listing.
    if (hasCode(error, 'ENOENT')) return readNewestRecord(folder);
    throw error;
  }
}

/** @param publish gives the complete temporary file its name */
function writeRecord(folder: string, record: OwnerRecord, publish: (temporaryFile: string) => void): void {
  const temporaryFile = join(folder, `owner.${process.pid}.${randomBytes(4).toString('hex')}.new`);
  writeFileSync(temporaryFile, JSON.stringify(record), { flag: 'wx' });
  try {
    // The next start may be by the user who owns the folder, who must be able to read what root wrote.
    const { uid, gid } = statSync(folder);
    if (process.getuid?.() === 0) chownSync(temporaryFile, uid, gid);
    publish(temporaryFile);
  } finally {
    rmSync(temporaryFile, { force: true });
  }
}

// By a hard link: it appears together with its content, unlike a file that is created exclusively and then written.
function tryToCreateRecord(folder: string, number: number, record: OwnerRecord): boolean {
  let isCreated = false;
  writeRecord(folder, record, (temporaryFile) => {
    try {
      linkSync(temporaryFile, recordFile(folder, number));
      isCreated = true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  });
  return isCreated;
}

/**
 * Makes this process the owner of the server folder. Records are numbered, and the newest one is never removed: of two
 * processes that find the owner dead, only one can create the next number, and neither can remove the other's record.
 * @param dataDir the data folder that the server folder belongs to, for the error message
 * @throws Error that names the data folder and the pid of the owner, if the owner is alive
 */
export function claimFolder(folder: string, dataDir: string): Claim {
  const self = identifyProcess(process.pid);
  for (;;) {
    const { number: previousNumber, record: previous } = readNewestRecord(folder);
    if (previous.owner !== undefined && isAlive(previous.owner)) {
      throw new Error(
        `The data folder ${dataDir} is in use by process ${previous.owner.pid}, and only one process can run ` +
          `its Postgres: stop that process, or ${useOtherFolder}.`,
      );
    }
    const number = previousNumber + 1;
    // If this owner dies before the previous supervisor is gone, the next owner must know of that supervisor too.
    if (!tryToCreateRecord(folder, number, { owner: self, supervisor: previous.supervisor })) continue;
    const numbers = listRecordNumbers(folder);
    // Two others were faster: one had created this number, the other had created the next one and removed this one, so
    // that it was free again. This claim came too late.
    if (Math.max(...numbers) > number) {
      rmSync(recordFile(folder, number), { force: true });
      continue;
    }
    for (const old of numbers.filter((n) => n < number)) rmSync(recordFile(folder, old), { force: true });
    let { supervisor } = previous;
    const replace = (record: OwnerRecord) => {
      writeRecord(folder, record, (temporaryFile) => renameSync(temporaryFile, recordFile(folder, number)));
      supervisor = record.supervisor;
    };
    return {
      previousSupervisor: supervisor,
      update: (record) => replace({ owner: self, ...record }),
      release: () => replace({ supervisor }),
    };
  }
}

/** The newest owner record, whether or not its owner is alive. */
export function readOwner(folder: string): OwnerRecord {
  return readNewestRecord(folder).record;
}
