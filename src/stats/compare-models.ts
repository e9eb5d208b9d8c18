// Compares two models or two periods: checks what is asked for, reads the counts of both sides, and compares them.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Optional } from '../lib/optional.ts';
import type { FeedbackSource } from '../log/event.ts';
import { type Comparison, compare } from './comparison.ts';
import { emptyStats, type RatingStats, readRatingStats } from './read-rating-stats.ts';
import { checkPeriod, checkStatsQuery } from './stats-query.ts';

export type Compared = { model?: Optional<string>; from?: Optional<Date>; to?: Optional<Date> };
export type CompareArgs = {
  topic?: Optional<string>;
  source?: Optional<FeedbackSource>;
  a: Compared;
  b: Compared;
};
export type ComparedModels = Comparison & { a: RatingStats; b: RatingStats; offset: number | null };

function nameOf({ model, from, to }: Compared, isPeriodTold: boolean): string {
  const day = (at: Date) => at.toISOString().slice(0, 16).replace('T', ' ');
  const told = [from == null ? '' : ` from ${day(from)}`, to == null ? '' : ` before ${day(to)}`].join('');
  return `${model ?? 'Everything'}${isPeriodTold ? told : ''}`;
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
  const queries = [a, b].map(({ model, from, to }) =>
    checkStatsQuery(viewer, { topic, source, from, to, models: model == null ? undefined : [model] }),
  );
  const [one, other] = queries;
  if (one === undefined || other === undefined || JSON.stringify(one) === JSON.stringify(other)) {
    throw new AppError('INVALID_INPUT', 'a and b are the same: give two models, or two periods.');
  }
  const results = [await readRatingStats(pool, one), await readRatingStats(pool, other)];
  const none = emptyStats({ model: null, bucket: null, tag: null });
  const [ofA = none, ofB = none] = results.map(({ rows }) => rows[0] ?? none);
  const isPeriodTold = (a.model ?? null) === (b.model ?? null);
  const shareOf = ({ likes, dislikes }: RatingStats) => ({ count: likes, of: likes + dislikes });
  const found = compare(
    { name: nameOf(a, isPeriodTold), share: shareOf(ofA) },
    { name: nameOf(b, isPeriodTold), share: shareOf(ofB) },
  );
  const withModel = (row: RatingStats, { model }: Compared) => ({ ...row, model: model ?? null });
  return { ...found, a: withModel(ofA, a), b: withModel(ofB, b), offset: results[0]?.offset ?? null };
}
