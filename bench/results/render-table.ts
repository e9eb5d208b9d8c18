// The text table of results: one row per case and contender, medians with their range, then ratios to the limit.
import type { BenchmarkResult, ContenderResult, ResultTable } from './schema.ts';
import { renderSummary, summarize } from './summary.ts';

const ratioDigits = 2;

/** @param alignments one for each column: `---` left, `--:` right */
export function renderMarkdown(
  titles: readonly string[],
  alignments: readonly string[],
  rows: string[][],
): string {
  return [titles, alignments, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function renderTable({ limit, metrics, cases, note }: ResultTable): string {
  const ratioMetrics = metrics.filter(({ ratioTitle }) => ratioTitle !== null);
  const titles = [
    ...['case', 'contender'],
    ...metrics.map(({ title }) => title),
    ...ratioMetrics.map(({ ratioTitle }) => ratioTitle ?? ''),
  ];
  const cells = (contender: ContenderResult) => [
    ...metrics.map(({ name, digits }) => renderSummary(contender.metrics[name] ?? summarize([]), digits)),
    ...ratioMetrics.map(({ name }) =>
      contender.name === limit ? '1' : renderSummary(contender.ratios[name] ?? summarize([]), ratioDigits),
    ),
  ];
  const rows = cases.flatMap(({ name, contenders }) =>
    contenders.map((contender) => [name, contender.name, ...cells(contender)]),
  );
  const alignments = titles.map((_, index) => (index < 2 ? '---' : '--:'));
  const table = renderMarkdown(titles, alignments, rows);
  return note === null ? table : `${table}\n\n${note}`;
}

export function renderBenchmark({ name, options, tables }: BenchmarkResult): string {
  const heading = `## ${name}: ${options.rounds} round(s), median (min–max)`;
  return [heading, ...tables.map(renderTable)].join('\n\n');
}
