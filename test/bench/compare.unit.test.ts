import { describe, expect, it } from 'vitest';
import { checkComparable } from '../../bench/compare/comparable.ts';
import { type Comparison, compareResults, type Verdict } from '../../bench/compare/compare.ts';
import { renderComparison } from '../../bench/compare/render-comparison.ts';
import type { BenchmarkResult, ResultFile } from '../../bench/results/schema.ts';
import { type MadeUp, madeUpFile, normalNumbers } from './made-up-results.ts';

const options = { minDifference: 0.05 };

/** Rates around 5,000 and, for the limit, 1,000, with normal noise of so many per cent in every measurement. */
function noisy(seed: number, { speed = 1, noise = 0.02, rounds = 8 }): MadeUp {
  const normal = normalNumbers(seed);
  const values = Array.from({ length: rounds }, () => ({
    ours: 5_000 * speed * Math.exp(noise * normal()),
    limit: 1_000 * Math.exp(noise * normal()),
  }));
  return { rounds, rate: (round) => values[round] ?? { ours: undefined, limit: undefined } };
}

async function compared(a: MadeUp, b: MadeUp): Promise<Comparison[]> {
  return compareResults(await madeUpFile(a), await madeUpFile(b), options);
}

const verdictOf = (comparisons: readonly Comparison[], metric: string): Verdict | undefined =>
  comparisons.find((comparison) => comparison.metric.name === metric)?.verdict;

const withBenchmark = (file: ResultFile, change: Partial<BenchmarkResult>): ResultFile => ({
  ...file,
  benchmarks: file.benchmarks.map((benchmark) => ({ ...benchmark, ...change })),
});

describe('verdicts', () => {
  it('find a slowdown of 20 %, in rates and in costs', async () => {
    const comparisons = await compared(noisy(1, {}), noisy(2, { speed: 0.8 }));
    expect(verdictOf(comparisons, 'rate')).toBe('worse');
    expect(verdictOf(comparisons, 'cpu')).toBe('worse');
    expect(comparisons[0]?.effect?.estimate).toBeCloseTo(0.8, 1);
  });

  it('find a speedup of 25 %, in rates and in costs', async () => {
    const comparisons = await compared(noisy(3, {}), noisy(4, { speed: 1.25 }));
    expect(verdictOf(comparisons, 'rate')).toBe('better');
    expect(verdictOf(comparisons, 'cpu')).toBe('better');
  });

  it('find no difference between measurements of the same with little noise', async () => {
    const comparisons = await compared(noisy(5, { noise: 0.01 }), noisy(6, { noise: 0.01 }));
    expect(verdictOf(comparisons, 'rate')).toBe('no difference');
  });

  it('call much noise unclear, and hardly ever a difference', async () => {
    const verdicts: (Verdict | undefined)[] = [];
    for (let seed = 0; seed < 400; seed += 1) {
      const [a, b] = [noisy(2 * seed + 100, { noise: 0.1 }), noisy(2 * seed + 101, { noise: 0.1 })];
      verdicts.push(verdictOf(await compared(a, b), 'rate'));
    }
    const share = (...wanted: Verdict[]) =>
      verdicts.filter((verdict) => verdict !== undefined && wanted.includes(verdict)).length /
      verdicts.length;
    expect(share('better', 'worse')).toBeLessThan(0.02);
    expect(share('unclear')).toBeGreaterThan(0.9);
  });

  it('find most slowdowns of 20 % in noise of 5 %, even in six rounds', async () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const [a, b] = [2 * seed + 5_000, 2 * seed + 5_001];
      const slow = noisy(b, { speed: 0.8, noise: 0.05, rounds: 6 });
      if (verdictOf(await compared(noisy(a, { noise: 0.05, rounds: 6 }), slow), 'rate') === 'worse')
        found += 1;
    }
    expect(found / 200).toBeGreaterThan(0.5);
  });

  it('say that rounds are too few, whatever the difference', async () => {
    const comparisons = await compared(noisy(7, { rounds: 3 }), noisy(8, { rounds: 3, speed: 0.5 }));
    expect(comparisons.map(({ verdict }) => verdict)).toEqual([
      'too few rounds',
      'too few rounds',
      'too few rounds',
    ]);
  });

  it('leave out what the machine did to a round, if a limit was measured in it', async () => {
    const normal = normalNumbers(9);
    // B ran while the machine was at half its speed, and drifted by a tenth from round to round.
    const drifting = (round: number) => 0.5 * 0.9 ** round;
    const { rate } = noisy(10, { noise: 0.01 });
    const b: MadeUp = {
      rounds: 8,
      rate: (round) => ({
        ours: 5_000 * drifting(round) * Math.exp(0.01 * normal()),
        limit: 1_000 * drifting(round) * Math.exp(0.01 * normal()),
      }),
    };
    expect(verdictOf(await compared({ rounds: 8, rate }, b), 'rate')).toBe('no difference');
  });

  it('compare as measured if the limit could not be measured', async () => {
    const withoutLimit = (speed: number): MadeUp => ({
      rounds: 6,
      rate: (round) => ({ ours: 5_000 * speed + round, limit: undefined }),
    });
    const [rate] = await compared(withoutLimit(1), withoutLimit(0.8));
    expect(rate).toMatchObject({ limit: undefined, verdict: 'worse', pairs: 6 });
  });

  it('compare by difference what can be zero', async () => {
    const { rate } = noisy(11, {});
    const lag = (base: number) => (round: number) => base + (round % 3) * 0.1;
    const compareLags = async (a: number, b: number) =>
      verdictOf(await compared({ rounds: 8, rate, lag: lag(a) }, { rounds: 8, rate, lag: lag(b) }), 'lag');
    expect(await compareLags(0, 0)).toBe('no difference');
    expect(await compareLags(-0.1, 2)).toBe('worse');
    expect(await compareLags(2, -0.1)).toBe('better');
  });

  it('are given on Afterword alone, and not on what describes the load', async () => {
    const comparisons = await compared(noisy(12, {}), noisy(13, {}));
    expect(comparisons.map(({ contender, metric }) => [contender, metric.name])).toEqual([
      ['log writer', 'rate'],
      ['log writer', 'cpu'],
      ['log writer', 'lag'],
    ]);
  });

  it('use rounds that both files have', async () => {
    const comparisons = await compared(noisy(14, { rounds: 10 }), noisy(15, { rounds: 7 }));
    expect(comparisons[0]?.pairs).toBe(7);
  });
});

describe('files that may not be compared', () => {
  it('are those with other options', async () => {
    const a = await madeUpFile(noisy(1, {}));
    const b = withBenchmark(a, { options: { rounds: 8, seconds: 1, isQuick: true, only: null } });
    expect(() => checkComparable(a, b, { force: true })).toThrow(
      'The options of append differ: --seconds 4 in A and 1 in B, --quick false in A and true in B. Measure both with the same options.',
    );
  });

  it('are those of another machine, unless forced', async () => {
    const a = await madeUpFile(noisy(1, {}));
    const b = { ...a, machine: { ...a.machine, cores: 4, node: '26.0.0' } };
    expect(() => checkComparable(a, b, { force: false })).toThrow(
      'The machines differ: cores 2 in A and 4 in B, Node 24.21.0 in A and 26.0.0 in B.',
    );
    expect(() => checkComparable(a, b, { force: true })).not.toThrow();
    expect(renderComparison([a, b], compareResults(a, b, options), options)).toContain(
      'The machines differ: cores 2 in A and 4 in B',
    );
  });

  it('are those without a common benchmark', async () => {
    const a = await madeUpFile(noisy(1, {}));
    expect(() => checkComparable(a, withBenchmark(a, { name: 'read' }), { force: true })).toThrow(
      'A and B have no benchmark in common.',
    );
  });
});

describe('a comparison as text', () => {
  it('has a row for each metric, and names what is worse', async () => {
    const exact = (speed: number): MadeUp => ({
      rounds: 6,
      rate: (round) => ({ ours: 5_000 * speed * (1 + (round - 2.5) / 1_000), limit: 1_000 }),
    });
    const [a, b] = [await madeUpFile(exact(1)), await madeUpFile({ ...exact(0.8), lag: () => 0.5 })];
    for (const benchmark of b.benchmarks) benchmark.tables[0]?.cases[0]?.contenders.reverse();
    const lines = renderComparison([a, b], compareResults(a, b, options), options).split('\n');
    expect(lines).toContain(
      '| append | 64 writers | log writer | events/s by raw pg’s | 5 | 4 | 0.800 (0.800–0.800) | 6 | worse |',
    );
    expect(lines).toContain(
      '| append | 64 writers | log writer | lag ms | 0.0 | 0.5 | +0.5 (+0.5 to +0.5) | 6 | no difference |',
    );
    expect(lines).toContain(
      'Worse: append, 64 writers, log writer, events/s by raw pg’s: 0.800 (0.800–0.800).',
    );
    expect(lines.at(-1)).toBe('2 worse, 0 better, 1 no difference, 0 unclear, 0 too few rounds.');
  });

  it('says how many rounds are needed', async () => {
    const file = await madeUpFile(noisy(1, { rounds: 3 }));
    const text = renderComparison([file, file], compareResults(file, file, options), options);
    expect(text).toContain(
      'Too few rounds: with fewer than 6 pairs no test can reach 95 %, and here are 3. Measure both with --rounds 6 or more.',
    );
  });

  it('says whether rounds alternated, which cases have no counterpart, and what failed', async () => {
    const a = await madeUpFile(noisy(1, {}));
    const apart = renderComparison([a, a], [], options);
    expect(apart).toContain('Measured apart: if the machine changed in between, that counts as a difference');
    const paired = { ...a, pairId: 'one' };
    const renamed = structuredClone(paired);
    for (const one of renamed.benchmarks[0]?.tables[0]?.cases ?? []) one.name = '65 writers';
    renamed.failures = [{ name: 'read', message: 'No peers.' }];
    const text = renderComparison([paired, renamed], compareResults(paired, renamed, options), options);
    expect(text).toContain('Measured alternately, round by round.');
    expect(text).toContain(
      'only in A: append, 64 writers, log writer\nonly in B: append, 65 writers, log writer',
    );
    expect(text).toContain('Failed, and not compared: read in B.');
  });
});
