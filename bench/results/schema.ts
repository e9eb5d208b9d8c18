// The shape of measured results: in memory, in a result file, and for whoever renders or compares them. The types are
// derived from the schemas. A change that old files do not satisfy needs a new `resultVersion`.
import { z } from 'zod';

export const resultVersion = 1;

/** The values of one metric in the order of the rounds; null if a round could not measure it. */
export const summarySchema = z.strictObject({
  median: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  rounds: z.array(z.number().nullable()),
});

const metricSchema = z.strictObject({
  name: z.string(),
  /** Heading of its column, with the unit. */
  title: z.string(),
  /** Decimals that are shown. */
  digits: z.int().min(0),
  /** Direction of an improvement. `neither`: describes the load, and is not compared. */
  better: z.enum(['higher', 'lower', 'neither']),
  /** Heading of the column with its ratio to the limit; null: the table has no such column. */
  ratioTitle: z.string().nullable(),
  /**
   * Smallest difference that matters, in the metric's unit, for a metric that can be zero or negative: such a metric is
   * compared by difference. Null: compared by ratio.
   */
  minDifference: z.number().positive().nullable(),
});

const contenderSchema = z.strictObject({
  name: z.string(),
  /** Whether it is Afterword; if not, it is a limit or a peer that Afterword is measured beside. */
  isOurs: z.boolean(),
  /** By name of the metric. */
  metrics: z.record(z.string(), summarySchema),
  /** By name of the metric: this contender's value divided by the limit's of the same round. Empty for the limit. */
  ratios: z.record(z.string(), summarySchema),
});

const caseSchema = z.strictObject({ name: z.string(), contenders: z.array(contenderSchema) });

export const tableSchema = z.strictObject({
  name: z.string(),
  /** Name of the contender that the ratios are against; null: there are none. */
  limit: z.string().nullable(),
  metrics: z.array(metricSchema),
  cases: z.array(caseSchema),
  /** A sentence to print after the table. */
  note: z.string().nullable(),
});

const benchmarkSchema = z.strictObject({
  name: z.string(),
  options: z.strictObject({
    rounds: z.int().min(1),
    /** How long one measurement lasts. */
    seconds: z.number().positive(),
    isQuick: z.boolean(),
    only: z.string().nullable(),
  }),
  tables: z.array(tableSchema),
});

export const resultFileSchema = z.strictObject({
  version: z.literal(resultVersion),
  /** Full hash; null outside of a git checkout. */
  commit: z.string().nullable(),
  /** Whether tracked files differ from the commit. */
  isDirty: z.boolean(),
  date: z.iso.datetime(),
  machine: z.strictObject({
    cores: z.int().min(1),
    cpu: z.string(),
    memoryMib: z.int().min(1),
    kernel: z.string(),
    node: z.string(),
    /** Version in the server's words; null if no benchmark got as far as a database. */
    postgres: z.string().nullable(),
  }),
  /** Id that two files share if their rounds were measured alternately; null: measured apart. */
  pairId: z.string().nullable(),
  benchmarks: z.array(benchmarkSchema),
  /** Benchmarks that were started and gave no result. */
  failures: z.array(z.strictObject({ name: z.string(), message: z.string() })),
});

export type Summary = z.infer<typeof summarySchema>;
export type MetricInfo = z.infer<typeof metricSchema>;
export type ContenderResult = z.infer<typeof contenderSchema>;
export type ResultTable = z.infer<typeof tableSchema>;
export type BenchmarkResult = z.infer<typeof benchmarkSchema>;
export type ResultFile = z.infer<typeof resultFileSchema>;

/** What the code of one benchmark returns. */
export type Results = { postgresVersion: string; tables: ResultTable[] };
