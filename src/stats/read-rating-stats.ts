// Reads rating statistics: the counts of half hours, added up to the rows that a query asks for.
import pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Signal, signalSchema } from '../log/event.ts';
import { ratingStatsSql } from './rating-stats-sql.ts';
import type { StatsQuery } from './stats-query.ts';

/** The counts of one group of replies and of the feedback on them. */
export type RatingStats = {
  /** Null if the row covers all models. */
  model: string | null;
  bucket: Date | null;
  tag: string | null;
  replies: number;
  records: number;
  /** Null in rows by tag: how many replies carry a tag is not counted. */
  rated: number | null;
  likes: number;
  dislikes: number;
  comments: number;
  corrections: number;
  scores: number;
  scoreSum: number;
  scoreSquares: number;
  /** How many scores are in [0, 0.1), [0.1, 0.2), …; a score of 1 is in the last. */
  scoreHistogram: readonly number[];
  signals: Readonly<Partial<Record<Signal, number>>>;
};

export type RatingStatsResult = {
  /** Offset of the newest event that is counted; null if there is none. */
  offset: number | null;
  query: StatsQuery;
  rows: readonly RatingStats[];
};

/** Nobody reads more, and a dashboard may ask for them four times a second. */
const maxRows = 10_000;

const rowSchema = z.tuple([
  z.string(),
  z.number(),
  z.string().nullable(),
  z.number(),
  z.array(z.number()),
  z.partialRecord(signalSchema, z.number()),
]);
const resultSchema = z.object({
  offset: z.number().nullable(),
  buckets: z.array(z.date()).nullable(),
  rows: z.array(rowSchema),
});

/** The rollups sum scores in millionths. */
const millionth = 1e-6;

function statsOf(
  query: StatsQuery,
  [model, start, tag, replies, counts, signals]: z.output<typeof rowSchema>,
): RatingStats {
  const [records = 0, rated = 0, likes = 0, dislikes = 0, comments = 0, corrections = 0, ...scoreCounts] =
    counts;
  const [scores = 0, scoreSum = 0, scoreSquares = 0, ...scoreHistogram] = scoreCounts;
  return {
    model: query.isByModel ? model : null,
    bucket: query.bucket === undefined ? null : new Date(start),
    tag: query.isByTag ? tag : null,
    replies,
    records,
    rated: query.isByTag ? null : rated,
    likes,
    dislikes,
    comments,
    corrections,
    scores,
    scoreSum: scoreSum * millionth,
    scoreSquares: scoreSquares * millionth * millionth,
    scoreHistogram,
    signals,
  };
}

type Group = Pick<RatingStats, 'model' | 'bucket' | 'tag'>;

/** The group of a query that divides nothing. */
export const ungrouped: Group = { model: null, bucket: null, tag: null };

/** The statistics of a group in which nothing happened. */
export function emptyStats(group: Group): RatingStats {
  return {
    ...group,
    replies: 0,
    records: 0,
    rated: group.tag === null ? 0 : null,
    likes: 0,
    dislikes: 0,
    comments: 0,
    corrections: 0,
    scores: 0,
    scoreSum: 0,
    scoreSquares: 0,
    scoreHistogram: Array.from({ length: 10 }, () => 0),
    signals: {},
  };
}

function checkRowCount(count: number): void {
  if (count <= maxRows) return;
  throw new AppError(
    'LIMIT_EXCEEDED',
    `The statistics have more than ${maxRows} rows, the maximum: ask for a shorter period or fewer dimensions.`,
  );
}

/** The rows with one for every bucket of each model and tag, in the order of the rows. */
function fillBuckets(query: StatsQuery, rows: RatingStats[], buckets: Date[]): RatingStats[] {
  type Series = Pick<RatingStats, 'model' | 'tag'>;
  const rowsBySeries = new Map<string, { series: Series; rows: Map<number, RatingStats> }>();
  const seriesOf = ({ model, tag }: Series) => {
    const key = JSON.stringify([model, tag]);
    const found = rowsBySeries.get(key) ?? { series: { model, tag }, rows: new Map() };
    rowsBySeries.set(key, found);
    return found;
  };
  if (!query.isByTag) {
    const models = query.isByModel ? (query.models ?? []) : [null];
    for (const model of models) seriesOf({ model, tag: null });
  }
  for (const row of rows) seriesOf(row).rows.set(row.bucket?.getTime() ?? 0, row);
  checkRowCount(rowsBySeries.size * buckets.length);
  return [...rowsBySeries.values()].flatMap(({ series, rows: existing }) =>
    buckets.map((bucket) => existing.get(bucket.getTime()) ?? emptyStats({ ...series, bucket })),
  );
}

/** @throws AppError INVALID_INPUT if Postgres does not know the time zone; LIMIT_EXCEEDED if there are too many rows */
export async function readRatingStats(pool: pg.Pool, query: StatsQuery): Promise<RatingStatsResult> {
  const { topic, source, from, to, models, timeZone } = query;
  const bound = (at: number | undefined, unbounded: string) => (at === undefined ? unbounded : new Date(at));
  const period = [bound(from, '-infinity'), bound(to, 'infinity')];
  const zone = query.bucket === undefined ? [] : [timeZone];
  const values = [topic, source, ...period, models ?? null, maxRows + 1, ...zone];
  try {
    const { rows } = await pool.query({ ...ratingStatsSql(query), values });
    const result = resultSchema.parse(rows[0]);
    checkRowCount(result.rows.length);
    const stats = result.rows.map((row) => statsOf(query, row));
    return { offset: loggedOffset(result.offset), query, rows: completeRows(query, stats, result.buckets) };
  } catch (error) {
    throw unknownTimeZone(error, timeZone) ?? error;
  }
}

/** The rows, and empty ones where a caller expects one: each bucket of a zero-filled query, or the only row. */
function completeRows(query: StatsQuery, rows: RatingStats[], buckets: Date[] | null): RatingStats[] {
  if (buckets !== null) return fillBuckets(query, rows, buckets);
  const isUngrouped = !query.isByModel && !query.isByTag && query.bucket === undefined;
  return isUngrouped && rows.length === 0 ? [emptyStats(ungrouped)] : rows;
}

/** A topic that was configured before its first event has none. */
function loggedOffset(offset: number | null): number | null {
  return offset === null || offset < 0 ? null : offset;
}

function unknownTimeZone(error: unknown, timeZone: string): AppError | undefined {
  // invalid_parameter_value
  if (!(error instanceof pg.DatabaseError) || error.code !== '22023') return undefined;
  return new AppError('INVALID_INPUT', `timeZone ${JSON.stringify(timeZone)} is unknown to the database.`, {
    cause: error,
  });
}
