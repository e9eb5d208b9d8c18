// `rebuild`: rebuilds the projections from the log beside a running server, or reports where they differ from the log.
import type pg from 'pg';
import { type Blocker, rebuild } from '../log/rebuild/rebuild.ts';
import type { Comparison, Difference } from '../log/rebuild/row-diff.ts';
import { verify } from '../log/rebuild/verify.ts';
import { type Command, readArgs, readWholeNumber, UsageError } from './command.ts';
import { openDatabase } from './database.ts';
import { createProgress, type Progress } from './progress.ts';

const usage = `Usage: npm run afterword -- rebuild [--verify [--differences N]]

Rebuilds the tables of conversations, messages and feedback from the log. Servers may keep running: they use the old
tables until one short transaction replaces them by the new ones. An interrupted rebuild changes nothing, and can be
started again.

  --verify           compare the tables with the log, and change nothing
  --differences N    with --verify: how many differences to print, at most 1,000 (default: 10)

Exit codes: 0 success, 1 the rebuild failed, or --verify found differences, 2 invalid arguments, 130 interrupted.
`;

const maxDifferences = 1_000;
const defaultDifferences = 10;

function readOptions(args: string[]): { isVerify: boolean; most: number } {
  const { values } = readArgs(args, {
    options: { verify: { type: 'boolean', default: false }, differences: { type: 'string' } },
  });
  if (values.differences === undefined) return { isVerify: values.verify, most: defaultDifferences };
  if (!values.verify) throw new UsageError('--differences needs --verify.');
  const most = readWholeNumber('--differences', values.differences);
  if (most <= maxDifferences) return { isVerify: true, most };
  throw new UsageError(`--differences ${most} is too many: at most ${maxDifferences} are printed.`);
}

const numbers = new Intl.NumberFormat('en');
const counted = (count: number, noun: string) => `${numbers.format(count)} ${noun}${count === 1 ? '' : 's'}`;

function speed(events: number, startedAt: number): string {
  const seconds = (performance.now() - startedAt) / 1_000;
  return `${seconds.toFixed(1)} s (${numbers.format(Math.round(events / seconds))} events/s)`;
}

/** A progress bar that appears once the total is known. */
function createBar(label: string): { report(done: number, total: number): void; end(): void } {
  let progress: Progress | undefined;
  return {
    report(done, total) {
      progress ??= createProgress(label, total);
      progress.report(done);
    },
    end: () => progress?.end(),
  };
}

type Run = { pool: pg.Pool; signal: AbortSignal };

async function runRebuild({ pool, signal }: Run): Promise<number> {
  const startedAt = performance.now();
  const bar = createBar('Rebuilding');
  let reportedPid: number | undefined;
  const onBlocked = ({ pid, name, seconds }: Blocker) => {
    if (reportedPid === pid) return;
    reportedPid = pid;
    bar.end();
    process.stderr.write(
      `Waiting to replace the tables: process ${pid} of Postgres (${name}) has had a transaction open on them for ${Math.round(seconds)} s.\n`,
    );
  };
  try {
    const { events, rows } = await rebuild({ pool, signal, onProgress: bar.report, onBlocked });
    bar.end();
    const rebuilt = rows.map(({ table, count }) => `${numbers.format(count)} in ${table}`).join(', ');
    process.stdout.write(
      `Rebuilt from ${counted(events, 'event')} in ${speed(events, startedAt)}: ${rebuilt}.\n`,
    );
    return 0;
  } finally {
    bar.end();
  }
}

function sentenceOf(difference: Difference): string {
  const row = `${difference.table} ${difference.key.join(' ')}`;
  switch (difference.kind) {
    case 'missing':
      return `${row}: is missing.`;
    case 'stray':
      return `${row}: is not in the log.`;
    case 'changed':
      return `${row}: ${difference.column}: the log says ${difference.expected}, the table says ${difference.actual}.`;
    default:
      return difference satisfies never;
  }
}

function reportOf(comparisons: Comparison[], most: number): string {
  const differences = comparisons.flatMap((comparison) => comparison.differences).slice(0, most);
  const counts = comparisons.map(
    ({ table, expected, actual, differing }) =>
      `${table}: ${numbers.format(differing)} of ${counted(Math.max(expected, actual), 'row')} differ.`,
  );
  return [...differences.map(sentenceOf), ...counts].map((line) => `${line}\n`).join('');
}

async function runVerify({ pool, signal, most }: Run & { most: number }): Promise<number> {
  const startedAt = performance.now();
  const bar = createBar('Comparing');
  try {
    const { events, comparisons } = await verify({
      pool,
      signal,
      maxDifferences: most,
      onProgress: bar.report,
    });
    bar.end();
    if (comparisons.some(({ differing }) => differing > 0)) {
      process.stdout.write(reportOf(comparisons, most));
      process.stderr.write('The projections differ from the log: run npm run afterword -- rebuild.\n');
      return 1;
    }
    const rows = comparisons.map(({ table, actual }) => `${numbers.format(actual)} in ${table}`).join(', ');
    process.stdout.write(
      `Equal: ${counted(events, 'event')} compared in ${speed(events, startedAt)}: ${rows}.\n`,
    );
    return 0;
  } finally {
    bar.end();
  }
}

export const rebuildCommand: Command = {
  summary: 'rebuilds conversations, messages and feedback from the log',
  usage,
  async run(args) {
    const { isVerify, most } = readOptions(args);
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    // Once: a second Ctrl-C ends the process immediately, which is safe too.
    process.once('SIGINT', onInterrupt);
    try {
      await using stack = new AsyncDisposableStack();
      const { pool } = await openDatabase(stack);
      const { signal } = interrupt;
      return await (isVerify ? runVerify({ pool, signal, most }) : runRebuild({ pool, signal }));
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write('Interrupted: the projections are unchanged.\n');
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};
