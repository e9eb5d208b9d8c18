// Alternating rounds: each round measures every case with every contender, one right after the other, in an order
// that turns. A machine whose speed drifts then slows all of them alike.
import type { Options } from '../support/options.ts';
import { progress } from '../support/progress.ts';
import type { MetricInfo, ResultTable } from './schema.ts';
import { summarize } from './summary.ts';

/** Values of one measurement by metric; undefined if it could not be measured. */
export type Sample<Metric extends string> = Record<Metric, number | undefined>;

/** A metric as a benchmark declares it; see the result file's schema for the fields. */
export type Metric<Name extends string = string> = {
  name: Name;
  title: string;
  digits: number;
  better: MetricInfo['better'];
  ratioTitle?: string;
  minDifference?: number;
};

export type Contender<Name extends string = string> = { name: Name; isOurs: boolean };

/** What a table compares, and by what. */
export type Plan<Case extends { name: string }, Name extends string, MetricName extends string> = {
  name: string;
  cases: readonly Case[];
  contenders: readonly Contender<Name>[];
  /** Pairs of case and contender that are not worth their time. Default: none. */
  isLeftOut?: (caseName: string, contender: Name) => boolean;
  metrics: readonly Metric<MetricName>[];
  /** Contender that the ratios are against. */
  limit?: NoInfer<Name>;
  /** A sentence to print after the table. */
  note?: string;
};

export const ours = <Name extends string>(name: Name): Contender<Name> => ({ name, isOurs: true });
/** A limit or a peer: something that is measured beside Afterword. */
export const other = <Name extends string>(name: Name): Contender<Name> => ({ name, isOurs: false });

type RoundOptions = Pick<Options, 'rounds' | 'firstRound'> & {
  /** Called after each measurement. Default: prints to stderr. */
  report?: (line: string) => void;
};

type Samples = Map<string, Record<string, number | undefined>[]>;

const keyOf = (caseName: string, contender: string) => `${caseName}\n${contender}`;

export async function measureRounds<
  Case extends { name: string },
  Name extends string,
  Metric extends string,
>(
  plan: Plan<Case, Name, Metric>,
  { rounds, firstRound, report = progress }: RoundOptions,
  measure: (measuredCase: Case, contender: Name) => Promise<Sample<NoInfer<Metric>>>,
): Promise<ResultTable> {
  const samples: Samples = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const measuredCase of plan.cases) {
      for (const { name } of turned(plan.contenders, firstRound - 1 + round)) {
        if (plan.isLeftOut?.(measuredCase.name, name) === true) continue;
        const sample = await measure(measuredCase, name);
        const key = keyOf(measuredCase.name, name);
        samples.set(key, [...(samples.get(key) ?? []), sample]);
        report(`round ${round + 1}/${rounds}  ${measuredCase.name}  ${name}`);
      }
    }
  }
  return createTable(plan, samples);
}

function turned<Item>(items: readonly Item[], by: number): Item[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

function createTable<Case extends { name: string }, Name extends string, Metric extends string>(
  plan: Plan<Case, Name, Metric>,
  samples: Samples,
): ResultTable {
  const { name, cases, contenders, metrics, limit, note } = plan;
  const valuesOf = (caseName: string, contender: string, metric: string) =>
    (samples.get(keyOf(caseName, contender)) ?? []).map((sample) => sample[metric]);
  const summaries = (valuesOfMetric: (metric: string) => readonly (number | undefined)[]) =>
    Object.fromEntries(metrics.map((metric) => [metric.name, summarize(valuesOfMetric(metric.name))]));
  const contenderResult = (caseName: string, contender: Contender) => ({
    ...contender,
    metrics: summaries((metric) => valuesOf(caseName, contender.name, metric)),
    ratios:
      limit === undefined || contender.name === limit
        ? {}
        : summaries((metric) =>
            ratios(valuesOf(caseName, contender.name, metric), valuesOf(caseName, limit, metric)),
          ),
  });
  return {
    name,
    limit: limit ?? null,
    metrics: metrics.map((metric) => ({ ratioTitle: null, minDifference: null, ...metric })),
    cases: cases.map((measuredCase) => ({
      name: measuredCase.name,
      contenders: contenders
        .filter((contender) => samples.has(keyOf(measuredCase.name, contender.name)))
        .map((contender) => contenderResult(measuredCase.name, contender)),
    })),
    note: note ?? null,
  };
}

/** Of values in the same round; undefined if one of them is missing. */
function ratios(
  values: readonly (number | undefined)[],
  limits: readonly (number | undefined)[],
): (number | undefined)[] {
  return values.map((value, round) => {
    const limit = limits[round];
    return value === undefined || limit === undefined || limit === 0 ? undefined : value / limit;
  });
}
