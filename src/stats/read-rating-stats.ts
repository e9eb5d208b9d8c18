// Reads rating statistics: counts of half hours, added up to what is asked for.
import pg from 'pg';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { type Signal, signalSchema } from '../log/event.ts';
import { ratingStatsSql } from './rating-stats-sql.ts';
import type { StatsQuery } from './stats-query.ts';

/** The counts of one group of replies and of the feedback on them. */
export type RatingStats = {
  /** null: of all. */
  model: string | null;
  bucket: Date | null;
  tag: string | null;
  replies: number;
  records: number;
  /** null under a tag: how many replies carry it is not counted. */
  rated: number | null;
  likes: number;
  dislikes: number;
  comments: number;
  corrections: number;
  scores: number;
  scoreSum: number;
  scoreSquares: number;
  /** How many scores are in [0, 0.1), and so on; 1 is in the last. */
  scoreHistogram: readonly number[];
  signals: Readonly<Partial<Record<Signal, number>>>;
};

export type RatingStatsResult = {
  /** Of the newest event that is counted; null where there is none. */
  offset: number | null;
  query: StatsQuery;
  rows: readonly RatingStats[];
};

/** More would be no answer to read, and a dashboard may ask for it four times a second. */
const maxRows = 10_000;

const rowSchema = z.tuple([
  z.string(),
  z.number(),
  z.string().nullable(),
  z.number(),
  z.array(z.number()),
  z.partialRecord(signalSchema, z.number()),
]);
const answerSchema = z.object({
  offset: z.number().nullable(),
  buckets: z.array(z.date()).nullable(),
  rows: z.array(rowSchema),
});

const millionth = 1e-6;

function statsOf(
  query: StatsQuery,
  [model, start, tag, replies, counts, signals]: z.output<typeof rowSchema>,
): RatingStats {
  const [records = 0, rated = 0, likes = 0, dislikes = 0, comments = 0, corrections = 0, ...ofScores] =
    counts;
  const [scores = 0, scoreSum = 0, scoreSquares = 0, ...scoreHistogram] = ofScores;
  return {
    model: query.isByModel ? model : null,
    bucket: query.bucket === undefined ? null : new Date(start),
    tag: query.isByTag ? tag : null,
    ...{ replies, records, rated: query.isByTag ? null : rated },
    ...{ likes, dislikes, comments, corrections, scores },
    scoreSum: scoreSum * millionth,
    scoreSquares: scoreSquares * millionth * millionth,
    ...{ scoreHistogram, signals },
  };
}

/** What there is of a group where nothing happened. */
export function emptyStats(of: Pick<RatingStats, 'model' | 'bucket' | 'tag'>): RatingStats {
  return {
    ...of,
    ...{ replies: 0, records: 0, rated: of.tag === null ? 0 : null, likes: 0, dislikes: 0, comments: 0 },
    ...{ corrections: 0, scores: 0, scoreSum: 0, scoreSquares: 0 },
    scoreHistogram: Array.from({ length: 10 }, () => 0),
    signals: {},
  };
}

function refuseMany(count: number): void {
  if (count <= maxRows) return;
  throw new AppError(
    'LIMIT_EXCEEDED',
    `The statistics have more than ${maxRows} rows: ask for a shorter period, or by fewer dimensions.`,
  );
}

/** Each group of the rows, in their order, with a row for every bucket. */
function fill(query: StatsQuery, rows: RatingStats[], buckets: Date[]): RatingStats[] {
  const groups = new Map<
    string,
    { of: Pick<RatingStats, 'model' | 'tag'>; rows: Map<number, RatingStats> }
  >();
  const groupOf = ({ model, tag }: Pick<RatingStats, 'model' | 'tag'>) => {
    const key = JSON.stringify([model, tag]);
    const group = groups.get(key) ?? { of: { model, tag }, rows: new Map() };
    groups.set(key, group);
    return group;
  };
  if (!query.isByTag) {
    const models = query.isByModel ? (query.models ?? []) : [null];
    for (const model of models) groupOf({ model, tag: null });
  }
  for (const row of rows) groupOf(row).rows.set(row.bucket?.getTime() ?? 0, row);
  refuseMany(groups.size * buckets.length);
  return [...groups.values()].flatMap(({ of, rows: held }) =>
    buckets.map((bucket) => held.get(bucket.getTime()) ?? emptyStats({ ...of, bucket })),
  );
}

/** @throws AppError INVALID_INPUT where Postgres does not know the time zone, LIMIT_EXCEEDED */
export async function readRatingStats(pool: pg.Pool, query: StatsQuery): Promise<RatingStatsResult> {
  const { topic, source, from, to, models, timeZone } = query;
  const bound = (at: number | undefined, none: string) => (at === undefined ? none : new Date(at));
  const period = [bound(from, '-infinity'), bound(to, 'infinity')];
  const zone = query.bucket === undefined ? [] : [timeZone];
  const values = [topic, source, ...period, models ?? null, maxRows + 1, ...zone];
  try {
    const { rows } = await pool.query({ ...ratingStatsSql(query), values });
    const answer = answerSchema.parse(rows[0]);
    refuseMany(answer.rows.length);
    const found = answer.rows.map((row) => statsOf(query, row));
    const { offset, buckets } = answer;
    if (buckets !== null) return { offset: known(offset), query, rows: fill(query, found, buckets) };
    const isWhole = !query.isByModel && !query.isByTag && query.bucket === undefined;
    const whole =
      isWhole && found.length === 0 ? [emptyStats({ model: null, bucket: null, tag: null })] : found;
    return { offset: known(offset), query, rows: whole };
  } catch (error) {
    throw unknownTimeZone(error, timeZone) ?? error;
  }
}

/** A topic that was configured ahead has no event yet. */
function known(offset: number | null): number | null {
  return offset === null || offset < 0 ? null : offset;
}

function unknownTimeZone(error: unknown, timeZone: string): AppError | undefined {
  // invalid_parameter_value
  if (!(error instanceof pg.DatabaseError) || error.code !== '22023') return undefined;
  return new AppError('INVALID_INPUT', `timeZone ${JSON.stringify(timeZone)} is unknown to the database.`, {
    cause: error,
  });
}
