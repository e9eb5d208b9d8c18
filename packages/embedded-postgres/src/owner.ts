// Which process owns a folder of the embedded Postgres: one at a time, and a dead owner never blocks.
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

const processSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });
const recordSchema = z.object({
  owner: processSchema.optional(),
  supervisor: processSchema.optional(),
  url: z.string().optional(),
});

/** A process by its pid and its start: a pid alone may have passed on to an unrelated process. */
export type ProcessIdentity = z.output<typeof processSchema>;
/** Who runs Postgres in a folder; `url` is set while it takes connections. */
export type OwnerRecord = z.output<typeof recordSchema>;

export type Claim = {
  /** The supervisor that an earlier owner left, and that may still be stopping its Postgres. */
  earlierSupervisor: ProcessIdentity | undefined;
  note(record: Omit<OwnerRecord, 'owner'>): void;
  release(): void;
};

function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const ps = spawnSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
    const [state, start] = ps.stdout.trim().split(/\s+(.*)/s);
    return state?.startsWith('Z') ? undefined : start;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in front may hold spaces and brackets. After it: state, …, and as 20th the start in ticks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie keeps its entry until its parent reaps it, which a container's first process may never do.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

/** The process that has the pid now, or undefined when none has. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.startedAt;
}

const fileOf = (folder: string, number: number) => join(folder, `owner.${number}.json`);

function numbersIn(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = /^owner\.(\d+)\.json$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function parseRecord(text: string): OwnerRecord {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // Records appear whole, so only a crash of the machine can have torn it, which no owner survived.
    return {};
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function newestRecord(folder: string): { number: number; record: OwnerRecord } {
  const number = Math.max(0, ...numbersIn(folder));
  if (number === 0) return { number, record: {} };
  try {
    return { number, record: parseRecord(readFileSync(fileOf(folder, number), 'utf8')) };
  } catch (error) {
    // A newer one has replaced it since the listing.
    if (hasCode(error, 'ENOENT')) return newestRecord(folder);
    throw error;
  }
}

function writeRecord(folder: string, record: OwnerRecord, place: (written: string) => void): void {
  const written = join(folder, `owner.${process.pid}.${randomBytes(4).toString('hex')}.new`);
  writeFileSync(written, JSON.stringify(record), { flag: 'wx' });
  try {
    // Root's records must be readable to the user whose folder it is, who may be the next to start.
    const { uid, gid } = statSync(folder);
    if (process.getuid?.() === 0) chownSync(written, uid, gid);
    place(written);
  } finally {
    rmSync(written, { force: true });
  }
}

// A link, since unlike an exclusive create it appears together with its content.
function placeRecord(folder: string, number: number, record: OwnerRecord): boolean {
  let placed = false;
  writeRecord(folder, record, (written) => {
    try {
      linkSync(written, fileOf(folder, number));
      placed = true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  });
  return placed;
}

/**
 * Makes this process the owner of the folder. Owners are numbered, and the newest number is never removed:
 * of two that find the owner dead only one can place the next number, and neither can delete the other's.
 * @throws Error that names the folder, as `shownFolder`, and the pid of the living owner
 */
export function claimFolder(folder: string, shownFolder: string): Claim {
  const self = identifyProcess(process.pid);
  for (;;) {
    const { number: earlier, record } = newestRecord(folder);
    if (record.owner !== undefined && isAlive(record.owner)) {
      throw new Error(
        `An Afterword (process ${record.owner.pid}) already runs on the folder ${shownFolder}: ` +
          'stop it, or set DATA_DIR to another folder.',
      );
    }
    const number = earlier + 1;
    // The supervisor is carried over, or it would be forgotten when this owner dies before waiting for it.
    if (!placeRecord(folder, number, { owner: self, supervisor: record.supervisor })) continue;
    const numbers = numbersIn(folder);
    // Slower than two others: the second has already removed the first's number, which was free again.
    if (Math.max(...numbers) > number) {
      rmSync(fileOf(folder, number), { force: true });
      continue;
    }
    for (const old of numbers.filter((n) => n < number)) rmSync(fileOf(folder, old), { force: true });
    let { supervisor } = record;
    const replace = (next: OwnerRecord) => {
      writeRecord(folder, next, (written) => renameSync(written, fileOf(folder, number)));
      supervisor = next.supervisor;
    };
    return {
      earlierSupervisor: supervisor,
      note: (next) => replace({ owner: self, ...next }),
      release: () => replace({ supervisor }),
    };
  }
}

/** What the newest owner noted, whether it lives or not. */
export function readOwner(folder: string): OwnerRecord {
  return newestRecord(folder).record;
}
