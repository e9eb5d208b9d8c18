// Exports through the command line: how much JSONL a minute, and the most memory that the process took.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options } from './main.ts';
import { migrateDatabase, startCommand } from './support/command.ts';
import { type BenchDatabase, openDatabase } from './support/database.ts';
import { measureRounds, renderResults, type Sample } from './support/rounds.ts';
import { messagesEach, seedEvents } from './support/seed-events.ts';

type Metric = 'seconds' | 'megabytes' | 'rate' | 'memory';

/** Every text here is full of digits, so that each is looked through for numbers of people: the worst case. */
const redacted = 'kto --redact';
const cases = ['kto', redacted, 'sft', 'openai-sft', 'conversations'];
const contender = 'export';
const sampleMs = 20;

/** The most memory that a process had so far, in MB; undefined where it can't be read. */
function readPeak(pid: number | undefined): number | undefined {
  try {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) / 1_000;
  } catch {
    return undefined;
  }
}

async function measure(database: BenchDatabase, name: string): Promise<Sample<Metric>> {
  const [format = '', ...settings] = name.split(' ');
  const folder = mkdtempSync(join(tmpdir(), 'afterword-export-'));
  try {
    const startedAt = performance.now();
    const args = ['export', format, '--topic', 'export', '--out', folder, ...settings];
    const child = startCommand(database.url, args);
    child.stdout?.resume();
    let memory: number | undefined;
    const timer = setInterval(() => {
      memory = readPeak(child.pid) ?? memory;
    }, sampleMs);
    const [code] = await once(child, 'exit');
    clearInterval(timer);
    if (code !== 0) throw new Error(`The export ${name} ended with ${code}.`);
    const seconds = (performance.now() - startedAt) / 1_000;
    const megabytes = statSync(join(folder, `${format}.jsonl`)).size / 1_000_000;
    return { seconds, megabytes, memory, rate: (megabytes / seconds) * 60 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function benchExport(options: Options, stack: AsyncDisposableStack): Promise<string> {
  const database = await openDatabase(stack);
  await migrateDatabase(database.url);
  const conversations = options.isQuick ? 1_000 : 125_000;
  await seedEvents(database, conversations);
  process.stderr.write(`${conversations * messagesEach} messages\n`);
  const chosen = cases.filter((name) => options.only === undefined || name === options.only);
  const names = { cases: chosen, contenders: [contender] };
  const results = await measureRounds<Metric>({ rounds: options.rounds, ...names }, (name) =>
    measure(database, name),
  );
  return renderResults(results, {
    ...names,
    limit: contender,
    columns: [
      { title: 'MB/min', metric: 'rate', digits: 0 },
      { title: 'MB', metric: 'megabytes', digits: 1 },
      { title: 's', metric: 'seconds', digits: 1 },
      { title: 'RSS at most, MB', metric: 'memory', digits: 0 },
    ],
    ratios: [],
  });
}
