// A comparison as text: a table with one row per metric, and sentences about what it can and cannot say.
import { renderMarkdown } from '../results/render-table.ts';
import type { ResultFile } from '../results/schema.ts';
import { machineDifferences } from './comparable.ts';
import { type CompareOptions, type Comparison, unpaired, type Verdict } from './compare.ts';
import { confidence, minPairs } from './signed-rank.ts';

const verdicts: Verdict[] = ['worse', 'better', 'no difference', 'unclear', 'too few rounds'];
const titles = ['benchmark', 'case', 'contender', 'metric', 'A', 'B', 'B by A', 'rounds', 'verdict'];
const alignments = ['---', '---', '---', '---', '--:', '--:', '--:', '--:', '---'];

const significant = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
const percent = (share: number): string => `${significant(share * 100)} %`;

function renderEffect({ effect, metric }: Comparison): string {
  if (effect === undefined) return '–';
  if (metric.minDifference === null) {
    const [estimate, low, high] = [effect.estimate, effect.low, effect.high].map((ratio) => ratio.toFixed(3));
    return `${estimate} (${low}–${high})`;
  }
  const signed = (value: number) =>
    value.toLocaleString('en-US', { signDisplay: 'exceptZero', maximumFractionDigits: metric.digits });
  return `${signed(effect.estimate)} (${signed(effect.low)} to ${signed(effect.high)})`;
}

const titleOf = ({ metric, limit }: Comparison): string =>
  limit === undefined ? metric.title : `${metric.title} by ${limit}’s`;

const renderName = (comparison: Comparison): string =>
  [comparison.benchmark, comparison.caseName, comparison.contender, titleOf(comparison)].join(', ');

function renderRow(comparison: Comparison): string[] {
  const { benchmark, caseName, contender, metric, limit, pairs, medianA, medianB, verdict } = comparison;
  const value = (median: number) => {
    if (Number.isNaN(median)) return '–';
    const digits = { minimumFractionDigits: metric.digits, maximumFractionDigits: metric.digits };
    return limit === undefined ? median.toLocaleString('en-US', digits) : significant(median);
  };
  const cells = [value(medianA), value(medianB), renderEffect(comparison), String(pairs), verdict];
  return [benchmark, caseName, contender, titleOf(comparison), ...cells];
}

const describeFile = (name: string, { commit, isDirty, date }: ResultFile): string =>
  `${name}: ${commit?.slice(0, 12) ?? 'no commit'}${isDirty ? ' with changes' : ''}, measured ${date}.`;

/** Sentences that a reader needs before believing the table. */
function caveats(a: ResultFile, b: ResultFile): string[] {
  const isPaired = a.pairId !== null && a.pairId === b.pairId;
  const machines = machineDifferences(a, b);
  const isQuick = a.benchmarks.some(({ options }) => options.isQuick);
  const failed = [a, b].flatMap((file) =>
    file.failures.map(({ name }) => `${name} in ${file === a ? 'A' : 'B'}`),
  );
  return [
    isPaired
      ? 'Measured alternately, round by round.'
      : 'Measured apart: if the machine changed in between, that counts as a difference, above all in rows without a limit.',
    ...(machines.length === 0 ? [] : [`The machines differ: ${machines.join(', ')}.`]),
    ...(isQuick ? ['Measured with --quick: the numbers mean nothing.'] : []),
    ...(failed.length === 0 ? [] : [`Failed, and not compared: ${failed.join(', ')}.`]),
  ];
}

function legend(comparisons: readonly Comparison[], { minDifference }: CompareOptions): string[] {
  const counts = verdicts.map(
    (verdict) => `${comparisons.filter((comparison) => comparison.verdict === verdict).length} ${verdict}`,
  );
  const tooFew = comparisons.filter(({ verdict }) => verdict === 'too few rounds');
  const most = Math.max(0, ...tooFew.map(({ pairs }) => pairs));
  return [
    `Intervals have a confidence of ${percent(confidence)} or more (Wilcoxon signed-rank, over pairs of rounds). ` +
      `Worse and better: all of the interval is more than ${percent(minDifference)} away. ` +
      'No difference: all of it is less. Unclear: it holds both; more rounds would tell.',
    ...(tooFew.length === 0
      ? []
      : [
          `Too few rounds: with fewer than ${minPairs} pairs no test can reach ${percent(confidence)}, and here are ${most}. ` +
            `Measure both with --rounds ${minPairs} or more.`,
        ]),
    ...comparisons
      .filter(({ verdict }) => verdict === 'worse')
      .map((worse) => `Worse: ${renderName(worse)}: ${renderEffect(worse)}.`),
    `${counts.join(', ')}.`,
  ];
}

export function renderComparison(
  [a, b]: [ResultFile, ResultFile],
  comparisons: readonly Comparison[],
  options: CompareOptions,
): string {
  const head = [describeFile('A', a), describeFile('B', b), ...caveats(a, b), ...unpaired(a, b)];
  const table = renderMarkdown(titles, alignments, comparisons.map(renderRow));
  return [head.join('\n'), table, legend(comparisons, options).join('\n')].join('\n\n');
}
