// Alternating rounds: each round measures every case with every contender, one right after the other, in an order
// that turns; what drifts on the machine then meets all of them alike.
import { describe } from './statistics.ts';

/** What one measurement gave, by metric; undefined where it could not be measured. */
export type Sample<Metric extends string> = Record<Metric, number | undefined>;

/** By case and contender, in the order of rounds. */
export type Results<Metric extends string> = {
  samples(caseName: string, contender: string): Sample<Metric>[];
  /** A contender's metric by the limit's, in the same round. */
  ratios(caseName: string, metric: Metric, [contender, limit]: [string, string]): (number | undefined)[];
};

export type Names = {
  cases: readonly string[];
  contenders: readonly string[];
  /** Cases that say nothing of a contender. Default: none. */
  isLeftOut?: (caseName: string, contender: string) => boolean;
};

export async function measureRounds<Metric extends string>(
  options: Names & { rounds: number },
  measure: (caseName: string, contender: string) => Promise<Sample<Metric>>,
): Promise<Results<Metric>> {
  const { rounds, cases, contenders, isLeftOut } = options;
  const all = new Map<string, Sample<Metric>[]>();
  const samples = (caseName: string, contender: string) => all.get(`${caseName}\n${contender}`) ?? [];
  for (let round = 0; round < rounds; round += 1) {
    for (const caseName of cases) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const contender = contenders[(turn + round) % contenders.length] ?? '';
        if (isLeftOut?.(caseName, contender) === true) continue;
        const sample = await measure(caseName, contender);
        all.set(`${caseName}\n${contender}`, [...samples(caseName, contender), sample]);
        process.stderr.write(`round ${round + 1}/${rounds}  ${caseName}  ${contender}\n`);
      }
    }
  }
  return {
    samples,
    ratios: (caseName, metric, [contender, limit]) =>
      samples(caseName, contender).map((sample, round) => {
        const own = sample[metric];
        const other = samples(caseName, limit)[round]?.[metric];
        return own === undefined || other === undefined || other === 0 ? undefined : own / other;
      }),
  };
}

export type Column<Metric extends string> = { title: string; metric: Metric; digits: number };

/** One row per case and contender: medians with their spread, then ratios against the limit of the same round. */
export function renderResults<Metric extends string>(
  results: Results<Metric>,
  options: Names & {
    limit: string;
    columns: readonly Column<Metric>[];
    ratios: readonly { title: string; metric: Metric }[];
  },
): string {
  const { cases, contenders, isLeftOut, limit, columns, ratios } = options;
  const titles = [
    'case',
    'contender',
    ...columns.map(({ title }) => title),
    ...ratios.map(({ title }) => title),
  ];
  const rowsOf = (caseName: string) =>
    contenders.filter((contender) => isLeftOut?.(caseName, contender) !== true);
  const rows = cases.flatMap((caseName) =>
    rowsOf(caseName).map((contender) => [
      caseName,
      contender,
      ...columns.map(({ metric, digits }) =>
        describe(
          results.samples(caseName, contender).map((sample) => sample[metric]),
          digits,
        ),
      ),
      ...ratios.map(({ metric }) =>
        contender === limit ? '1' : describe(results.ratios(caseName, metric, [contender, limit]), 2),
      ),
    ]),
  );
  const rule = titles.map((_, index) => (index < 2 ? '---' : '--:'));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
