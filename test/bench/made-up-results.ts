// Result files with made-up measurements: a contender of ours, `log writer`, and its limit, `raw pg`.
import { measureRounds, other, ours } from '../../bench/results/rounds.ts';
import type { ResultFile, ResultTable } from '../../bench/results/schema.ts';
import { createRandom } from '../support/random.ts';

/** Options of measureRounds: no progress between the lines of a test. */
export const silent = { report: () => {} };

export type MadeUp = {
  rounds: number;
  /** Measured value of ours and of the limit in a round, from 0; undefined: could not be measured. */
  rate: (round: number) => { ours: number | undefined; limit: number | undefined };
  lag?: (round: number) => number;
};

/** `rate` is better when higher, `cpu` (its inverse) when lower, `lag` is compared by difference, `load` not at all. */
export async function madeUpTable({ rounds, rate, lag = () => 0 }: MadeUp): Promise<ResultTable> {
  const counts = { ours: 0, limit: 0 };
  const plan = {
    name: 'append',
    cases: [{ name: '64 writers' }],
    contenders: [ours('log writer'), other('raw pg')],
    metrics: [
      { name: 'rate', title: 'events/s', digits: 0, better: 'higher', ratioTitle: 'events/s by raw pg’s' },
      { name: 'cpu', title: 'CPU µs', digits: 1, better: 'lower' },
      { name: 'lag', title: 'lag ms', digits: 1, better: 'lower', minDifference: 1 },
      { name: 'load', title: 'offered/s', digits: 0, better: 'neither' },
    ] as const,
    limit: 'raw pg' as const,
    note: 'Measured by nobody.',
  };
  return measureRounds(plan, { ...silent, rounds, firstRound: 1 }, async (_case, contender) => {
    const side = contender === 'raw pg' ? 'limit' : 'ours';
    const round = counts[side];
    counts[side] += 1;
    const value = rate(round)[side];
    const cpu = value === undefined ? undefined : 1e6 / value;
    return { rate: value, cpu, lag: lag(round), load: 500 };
  });
}

export async function madeUpFile(measured: MadeUp): Promise<ResultFile> {
  const options = { rounds: measured.rounds, seconds: 4, isQuick: false, only: null };
  return {
    version: 1,
    commit: '0123456789abcdef0123456789abcdef01234567',
    isDirty: false,
    date: '2026-11-28T02:00:00.000Z',
    machine: {
      ...{ cores: 2, cpu: 'Made-up CPU', memoryMib: 8_192, kernel: 'Linux 6.1' },
      ...{ node: '24.21.0', postgres: '18.4' },
    },
    pairId: null,
    benchmarks: [{ name: 'append', options, tables: [await madeUpTable(measured)] }],
    failures: [],
  };
}

/** Normally distributed around 0 with a standard deviation of 1 (Box and Muller); the same for the same seed. */
export function normalNumbers(seed: number): () => number {
  const { next } = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
