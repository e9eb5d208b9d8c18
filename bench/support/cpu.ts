// CPU time of processes, from /proc. If it can't be read (another operating system, a Postgres on another machine) it
// is undefined, and the table shows a dash rather than a wrong number.
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of CPU by process id. */
export type CpuUse = ReadonlyMap<number, number>;

// Linux counts in ticks of 10 ms on every machine that Node runs on (sysconf(_SC_CLK_TCK)).
const tickMs = 10;

/** Reads /proc/PID/stat: see proc(5). Its fields are counted after the name in parentheses, which may hold spaces. */
function readStat(pid: number): { parent: number; cpuMs: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs };
  } catch {
    // The process ended, or this is not Linux.
    return undefined;
  }
}

function readTitle(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export function readCpu(pids: readonly number[]): CpuUse {
  const use = new Map<number, number>();
  for (const pid of pids) {
    const stat = readStat(pid);
    if (stat !== undefined) use.set(pid, stat.cpuMs);
  }
  return use;
}

/** The process that started the given backend; undefined if that runs on another machine. */
export function postmasterOf(backend: number): number | undefined {
  return readTitle(backend).startsWith('postgres') ? readStat(backend)?.parent : undefined;
}

/** The processes of a Postgres, except backends of other databases, which others may be using. */
export function postgresPids(postmaster: number, database: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (Number.isNaN(pid) || readStat(pid)?.parent !== postmaster) return false;
      const title = readTitle(pid);
      const servesClient = /(\[local\]|[\d.:a-f]+\(\d+\))/.test(title);
      return !servesClient || title.includes(` ${database} `);
    });
}

/** CPU used between two readings; a process that ended between them counts as 0. */
export function cpuBetween(before: CpuUse, after: CpuUse): number {
  let total = 0;
  for (const [pid, cpuMs] of after) total += cpuMs - (before.get(pid) ?? 0);
  return total;
}
