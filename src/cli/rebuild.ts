// Makes the projections anew from the log beside a running server, or says where they and the log disagree.
import type pg from 'pg';
import { type Blocker, rebuild } from '../log/rebuild/rebuild.ts';
import type { Comparison, Difference } from '../log/rebuild/row-diff.ts';
import { verify } from '../log/rebuild/verify.ts';
import { type Command, readArgs, readWholeNumber, UsageError } from './command.ts';
import { openDatabase } from './database.ts';
import { createProgress, type Progress } from './progress.ts';

const usage = `Usage: npm run afterword -- rebuild [--verify [--differences N]]

Makes conversations, messages and feedback anew from the log. The server may go on running: it uses the old tables
until the new ones take their place in one short transaction. Interrupted, the rebuild changes nothing, and can be
started again.

  --verify           change nothing: compare the tables with the log; ends with 1 where they disagree
  --differences N    with --verify: how many differences to print, at most 1,000 (10)

Ends with 0 when all went well, 1 where it failed or found differences, 2 where the arguments make no sense, and
130 when it was interrupted.
`;

const maxDifferences = 1_000;

function readOptions(args: string[]): { isVerify: boolean; most: number } {
  const { values } = readArgs(args, {
    options: { verify: { type: 'boolean', default: false }, differences: { type: 'string' } },
  });
  if (values.differences === undefined) return { isVerify: values.verify, most: 10 };
  if (!values.verify) throw new UsageError('--differences goes with --verify.');
  const most = readWholeNumber('--differences', values.differences);
  if (most <= maxDifferences) return { isVerify: true, most };
  throw new UsageError(`--differences ${most} is more than ${maxDifferences}.`);
}

const formatted = new Intl.NumberFormat('en');
const counted = (count: number, noun: string) =>
  `${formatted.format(count)} ${noun}${count === 1 ? '' : 's'}`;

function speed(events: number, startedAt: number): string {
  const seconds = (performance.now() - startedAt) / 1_000;
  return `${seconds.toFixed(1)} s (${formatted.format(Math.round(events / seconds))} events/s)`;
}

/** A bar that is made when the total is known. */
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
  let told: number | undefined;
  const onBlocked = ({ pid, name, seconds }: Blocker) => {
    if (told === pid) return;
    told = pid;
    bar.end();
    process.stderr.write(
      `Waiting to switch: process ${pid} of Postgres (${name}) has been in a transaction on the tables for ${Math.round(seconds)} s.\n`,
    );
  };
  try {
    const { events, rows } = await rebuild({ pool, signal, onProgress: bar.report, onBlocked });
    bar.end();
    const made = rows.map(({ table, count }) => `${formatted.format(count)} in ${table}`).join(', ');
    process.stdout.write(
      `Rebuilt from ${counted(events, 'event')} in ${speed(events, startedAt)}: ${made}.\n`,
    );
    return 0;
  } finally {
    bar.end();
  }
}

function sentenceOf(difference: Difference): string {
  const place = `${difference.table} ${difference.key.join(' ')}`;
  switch (difference.kind) {
    case 'missing':
      return `${place}: is missing.`;
    case 'stray':
      return `${place}: is not in the log.`;
    case 'changed':
      return `${place}: ${difference.column}: the log says ${difference.expected}, the table holds ${difference.actual}.`;
    default:
      return difference satisfies never;
  }
}

function reportOf(comparisons: Comparison[], most: number): string {
  const differences = comparisons.flatMap((comparison) => comparison.differences).slice(0, most);
  const counts = comparisons.map(
    ({ table, expected, actual, differing }) =>
      `${table}: ${formatted.format(differing)} of ${counted(Math.max(expected, actual), 'row')} differ.`,
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
      process.stderr.write('The projections and the log disagree: a rebuild makes the projections anew.\n');
      return 1;
    }
    const rows = comparisons.map(({ table, actual }) => `${formatted.format(actual)} in ${table}`).join(', ');
    process.stdout.write(
      `Equal: ${counted(events, 'event')} compared in ${speed(events, startedAt)}: ${rows}.\n`,
    );
    return 0;
  } finally {
    bar.end();
  }
}

export const rebuildCommand: Command = {
  summary: 'makes conversations, messages and feedback anew from the log',
  usage,
  async run(args) {
    const { isVerify, most } = readOptions(args);
    const interrupt = new AbortController();
    const onInterrupt = () => interrupt.abort();
    // Once: a second Ctrl-C ends the process at once, which is as safe.
    process.once('SIGINT', onInterrupt);
    try {
      await using stack = new AsyncDisposableStack();
      const { pool } = await openDatabase(stack);
      const { signal } = interrupt;
      return await (isVerify ? runVerify({ pool, signal, most }) : runRebuild({ pool, signal }));
    } catch (error) {
      if (!interrupt.signal.aborted) throw error;
      process.stderr.write('Interrupted: the projections are as they were.\n');
      return 130;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};
