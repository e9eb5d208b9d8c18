// Exports through the command line: how much JSONL per minute, and the peak memory of the process.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Metric, measureRounds, ours, type Sample } from './results/rounds.ts';
import type { Results } from './results/schema.ts';
import { migrateDatabase, startCommand } from './support/command.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import { type Options, selectNamed } from './support/options.ts';
import { progress } from './support/progress.ts';
import { messagesPerConversation, seedEvents } from './support/seed-events.ts';

type MetricName = 'rate' | 'megabytes' | 'seconds' | 'memory';

/** Every text is full of digits, so all of them are searched for phone and card numbers: the worst case. */
const redacted = 'kto --redact';
const cases = ['kto', redacted, 'sft', 'openai-sft', 'conversations'].map((name) => ({ name }));
const sampleMs = 20;
const metrics: Metric<MetricName>[] = [
  { name: 'rate', title: 'MB/min', digits: 0, better: 'higher' },
  { name: 'megabytes', title: 'MB', digits: 1, better: 'neither' },
  { name: 'seconds', title: 's', digits: 1, better: 'lower' },
  { name: 'memory', title: 'peak RSS, MB', digits: 0, better: 'lower' },
];

/** Peak memory of a process so far, in MB; undefined if it can't be read. */
function readPeakMemory(pid: number | undefined): number | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1_000;
  } catch {
    return undefined;
  }
}

async function measure(database: BenchDatabase, name: string): Promise<Sample<MetricName>> {
  const [format = '', ...flags] = name.split(' ');
  const folder = mkdtempSync(join(tmpdir(), 'afterword-export-'));
  try {
    const startedAt = performance.now();
    const args = ['export', format, '--topic', 'export', '--out', folder, ...flags];
    const child = startCommand(database.url, args);
    child.stdout?.resume();
    let memory: number | undefined;
    const timer = setInterval(() => {
      memory = readPeakMemory(child.pid) ?? memory;
    }, sampleMs);
    const [code] = await once(child, 'exit');
    clearInterval(timer);
    if (code !== 0) throw new Error(`The export ${name} ended with exit code ${code}.`);
    const seconds = (performance.now() - startedAt) / 1_000;
    const megabytes = statSync(join(folder, `${format}.jsonl`)).size / 1_000_000;
    return { seconds, megabytes, memory, rate: (megabytes / seconds) * 60 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function benchExport(options: Options, stack: AsyncDisposableStack): Promise<Results> {
  const database = await openDatabase(stack);
  await migrateDatabase(database.url);
  const conversations = options.isQuick ? 1_000 : 125_000;
  await seedEvents(database, conversations);
  progress(`${conversations * messagesPerConversation} messages seeded`);
  const plan = {
    name: 'export',
    cases: selectNamed(cases, options.only),
    contenders: [ours('export')],
    metrics,
  };
  const table = await measureRounds(plan, options, ({ name }) => measure(database, name));
  return { postgresVersion: database.version, tables: [table] };
}
