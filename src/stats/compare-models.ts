// Compares two models or two periods: checks what is asked for, reads the counts of both sides, and compares them.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Optional } from '../lib/optional.ts';
import type { FeedbackSource } from '../log/feedback-fields.ts';
import { type Comparison, compare } from './comparison.ts';
import { emptyStats, type RatingStats, readRatingStats, ungrouped } from './read-rating-stats.ts';
import { checkPeriod, checkStatsQuery } from './stats-query.ts';

/** One side of a comparison. */
export type Compared = { model?: Optional<string>; from?: Optional<Date>; to?: Optional<Date> };
export type CompareArgs = {
  topic?: Optional<string>;
  source?: Optional<FeedbackSource>;
  a: Compared;
  b: Compared;
};
export type ComparedModels = Comparison & { a: RatingStats; b: RatingStats; offset: number | null };

function nameOf({ model, from, to }: Compared, isPeriodNamed: boolean): string {
  const minute = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ');
  const start = from == null ? '' : ` from ${minute(from)}`;
  const end = to == null ? '' : ` before ${minute(to)}`;
  return `${model ?? 'Everything'}${isPeriodNamed ? start + end : ''}`;
}

/** @throws AppError FORBIDDEN or INVALID_INPUT */
export async function compareModels(
  pool: pg.Pool,
  viewer: Viewer,
  args: CompareArgs,
): Promise<ComparedModels> {
  const { topic, source, a, b } = args;
  checkPeriod(a.from, a.to, 'a.');
  checkPeriod(b.from, b.to, 'b.');
  const queryOf = ({ model, from, to }: Compared) =>
    checkStatsQuery(viewer, { topic, source, from, to, models: model == null ? undefined : [model] });
  const [queryA, queryB] = [queryOf(a), queryOf(b)];
  if (JSON.stringify(queryA) === JSON.stringify(queryB)) {
    throw new AppError('INVALID_INPUT', 'a and b are the same: give two models, or two periods.');
  }
  const resultA = await readRatingStats(pool, queryA);
  const resultB = await readRatingStats(pool, queryB);
  const statsA = { ...(resultA.rows[0] ?? emptyStats(ungrouped)), model: a.model ?? null };
  const statsB = { ...(resultB.rows[0] ?? emptyStats(ungrouped)), model: b.model ?? null };
  const isPeriodNamed = statsA.model === statsB.model;
  const shareOf = ({ likes, dislikes }: RatingStats) => ({ count: likes, of: likes + dislikes });
  const comparison = compare(
    { name: nameOf(a, isPeriodNamed), share: shareOf(statsA) },
    { name: nameOf(b, isPeriodNamed), share: shareOf(statsB) },
  );
  return { ...comparison, a: statsA, b: statsB, offset: resultA.offset };
}
