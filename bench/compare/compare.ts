// Compares two result files, metric by metric, over pairs of rounds: round 1 of A with round 1 of B, and so on.
import type { ContenderResult, MetricInfo, ResultFile, ResultTable, Summary } from '../results/schema.ts';
import { median } from '../results/summary.ts';
import { sharedBenchmarks } from './comparable.ts';
import { type Interval, signedRankInterval } from './signed-rank.ts';

/** `unclear`: the interval holds both differences that matter and others. */
export type Verdict = 'better' | 'worse' | 'no difference' | 'unclear' | 'too few rounds';

export type Comparison = {
  benchmark: string;
  caseName: string;
  contender: string;
  metric: MetricInfo;
  /** Name of the limit by which the values were divided in each round; undefined: compared as measured. */
  limit: string | undefined;
  /** Pairs of rounds that both measured it. */
  pairs: number;
  /** Medians over these pairs. */
  medianA: number;
  medianB: number;
  /** Of B by A, or of B minus A for a metric that is compared by difference; undefined: too few rounds. */
  effect: Interval | undefined;
  verdict: Verdict;
};

export type CompareOptions = {
  /** Smallest relative difference that matters: 0.05 for 5 %. */
  minDifference: number;
};

type Pair = [number, number];

/** @returns comparisons of Afterword's own contenders, in the order of A */
export function compareResults(a: ResultFile, b: ResultFile, options: CompareOptions): Comparison[] {
  return sharedBenchmarks(a, b).flatMap(([first, second]) =>
    first.tables.flatMap((table) => {
      const other = second.tables.find(({ name }) => name === table.name);
      return other === undefined ? [] : compareTables(first.name, [table, other], options);
    }),
  );
}

/** Cases and contenders that only one of the files holds. */
export function unpaired(a: ResultFile, b: ResultFile): string[] {
  const namesOf = (file: ResultFile) =>
    file.benchmarks.flatMap((benchmark) =>
      benchmark.tables.flatMap(({ cases }) =>
        cases.flatMap((one) =>
          one.contenders
            .filter(({ isOurs }) => isOurs)
            .map((contender) => `${benchmark.name}, ${one.name}, ${contender.name}`),
        ),
      ),
    );
  const [inA, inB] = [namesOf(a), namesOf(b)];
  return [
    ...inA.filter((name) => !inB.includes(name)).map((name) => `only in A: ${name}`),
    ...inB.filter((name) => !inA.includes(name)).map((name) => `only in B: ${name}`),
  ];
}

function compareTables(
  benchmark: string,
  [a, b]: [ResultTable, ResultTable],
  options: CompareOptions,
): Comparison[] {
  return a.cases.flatMap((one) => {
    const others = b.cases.find(({ name }) => name === one.name)?.contenders ?? [];
    return one.contenders.flatMap((contender) => {
      const other = others.find(({ name }) => name === contender.name);
      if (other === undefined || !contender.isOurs) return [];
      const limit = one.contenders.find(({ name, isOurs }) => name === a.limit && !isOurs)?.name;
      return a.metrics.flatMap((metric) => {
        const pairs = choosePairs([contender, other], metric, limit);
        if (metric.better === 'neither' || pairs === undefined) return [];
        const subject = { benchmark, caseName: one.name, contender: contender.name, metric };
        return [{ ...subject, ...judge(pairs.pairs, metric, options), limit: pairs.limit }];
      });
    });
  });
}

/**
 * Divided by the limit of the same round if that was measured as often as the metric: what the machine did to that
 * round then cancels out.
 *
 * @returns undefined if neither file has a value
 */
function choosePairs(
  [a, b]: [ContenderResult, ContenderResult],
  metric: MetricInfo,
  limit: string | undefined,
): { pairs: Pair[]; limit: string | undefined } | undefined {
  const [valuesA, valuesB] = [a.metrics[metric.name], b.metrics[metric.name]];
  if ((valuesA?.median ?? valuesB?.median ?? null) === null) return undefined;
  const pairs = pairUp(valuesA, valuesB, metric);
  if (limit === undefined || metric.minDifference !== null) return { pairs, limit: undefined };
  const ratioPairs = pairUp(a.ratios[metric.name], b.ratios[metric.name], metric);
  const isComplete = ratioPairs.length > 0 && ratioPairs.length >= pairs.length;
  return isComplete ? { pairs: ratioPairs, limit } : { pairs, limit: undefined };
}

function pairUp(a: Summary | undefined, b: Summary | undefined, { minDifference }: MetricInfo): Pair[] {
  return (a?.rounds ?? []).flatMap((valueA, round): Pair[] => {
    const valueB = b?.rounds[round] ?? null;
    if (valueA === null || valueB === null) return [];
    // A ratio needs positive values; 0 means less than the clock could tell.
    return minDifference === null && (valueA <= 0 || valueB <= 0) ? [] : [[valueA, valueB]];
  });
}

type Judgement = Pick<Comparison, 'pairs' | 'medianA' | 'medianB' | 'effect' | 'verdict'>;

function judge(pairs: readonly Pair[], metric: MetricInfo, options: CompareOptions): Judgement {
  const isRatio = metric.minDifference === null;
  // Ratios are compared by their logarithm: twice as fast and half as fast are then equally far from the same.
  const interval = signedRankInterval(pairs.map(([a, b]) => (isRatio ? Math.log(b / a) : b - a)));
  const margin = metric.minDifference ?? Math.log1p(options.minDifference);
  return {
    pairs: pairs.length,
    medianA: median(pairs.map(([a]) => a)),
    medianB: median(pairs.map(([, b]) => b)),
    effect: interval !== undefined && isRatio ? exponentiate(interval) : interval,
    verdict: verdictOf(interval, margin, metric.better),
  };
}

function exponentiate({ estimate, low, high }: Interval): Interval {
  return { estimate: Math.exp(estimate), low: Math.exp(low), high: Math.exp(high) };
}

/** Of an interval around 0. */
function verdictOf(interval: Interval | undefined, margin: number, better: MetricInfo['better']): Verdict {
  if (interval === undefined) return 'too few rounds';
  const { low, high } = interval;
  if (low > margin) return better === 'higher' ? 'better' : 'worse';
  if (high < -margin) return better === 'higher' ? 'worse' : 'better';
  return low >= -margin && high <= margin ? 'no difference' : 'unclear';
}
