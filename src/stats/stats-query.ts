// What statistics are asked for, checked and in one canonical form: callers who want the same numbers have equal queries.
import { checkText } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import { readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import type { Optional } from '../lib/optional.ts';
import type { FeedbackSource } from '../log/event.ts';
import { checkTopic, defaultTopic } from '../log/topic-name.ts';
import { checkTimeZone } from './time-zone.ts';

export const statsDimensions = ['model', 'day', 'hour', 'tag'] as const;
export type StatsDimension = (typeof statsDimensions)[number];

export type RatingStatsArgs = {
  topic?: Optional<string>;
  models?: Optional<readonly string[]>;
  from?: Optional<Date>;
  to?: Optional<Date>;
  source?: Optional<FeedbackSource>;
  by?: Optional<readonly StatsDimension[]>;
  timeZone?: Optional<string>;
  zeroFill?: Optional<boolean>;
};

/** Plain values in a fixed order, so that its JSON is a key: equal queries share one live query. */
export type StatsQuery = {
  topic: string;
  source: FeedbackSource;
  /** Sorted and distinct; undefined for all models. */
  models: readonly string[] | undefined;
  /** Milliseconds since 1970, at whole half hours; undefined if unbounded. */
  from: number | undefined;
  to: number | undefined;
  isByModel: boolean;
  isByTag: boolean;
  bucket: 'day' | 'hour' | undefined;
  timeZone: string;
  isZeroFilled: boolean;
};

export const halfHourMs = 30 * 60_000;
const maxModels = 100;
/** The longest period that is filled with empty buckets: ten years. */
const maxHalfHours = 10 * 366 * 48;

/** @throws AppError FORBIDDEN if the viewer may not read everyone's data, which the numbers are about */
export function refuseUnlessAnalyst(viewer: Viewer): void {
  requireRole(viewer, { roles: readAllRoles, action: 'read the statistics of a topic' });
}

/** @throws AppError INVALID_INPUT if `from` is not before `to` */
export function checkPeriod(from: Optional<Date>, to: Optional<Date>, name = ''): void {
  if (from == null || to == null || from < to) return;
  throw new AppError(
    'INVALID_INPUT',
    `${name}from ${from.toISOString()} is not before ${name}to ${to.toISOString()}: swap them.`,
  );
}

/** Counts are kept per half hour, so the period is widened to whole ones. */
export function wholeHalfHours(from: Optional<Date>, to: Optional<Date>) {
  return {
    from: from == null ? undefined : Math.floor(from.getTime() / halfHourMs) * halfHourMs,
    to: to == null ? undefined : Math.ceil(to.getTime() / halfHourMs) * halfHourMs,
  };
}

function checkModels(models: Optional<readonly string[]>): readonly string[] | undefined {
  if (models == null) return undefined;
  if (models.length === 0) {
    throw new AppError('INVALID_INPUT', 'models is empty: name at least one, or leave it out for all.');
  }
  if (models.length > maxModels) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `models has ${models.length} entries, and the maximum is ${maxModels}: name fewer.`,
    );
  }
  return [...new Set(models.map((model) => checkText('A model', model, { bytes: 200 })))].sort();
}

function checkFill({ from, to }: { from: number | undefined; to: number | undefined }): void {
  if (from === undefined) {
    throw new AppError('INVALID_INPUT', 'zeroFill needs from: give the start of the first bucket.');
  }
  const halfHours = ((to ?? Date.now()) - from) / halfHourMs;
  if (halfHours <= maxHalfHours) return;
  throw new AppError(
    'LIMIT_EXCEEDED',
    'zeroFill covers more than ten years, the maximum: give a later from.',
  );
}

/** @throws AppError FORBIDDEN, INVALID_INPUT or LIMIT_EXCEEDED, before anything is read */
export function checkStatsQuery(viewer: Viewer, args: RatingStatsArgs): StatsQuery {
  refuseUnlessAnalyst(viewer);
  const by = args.by ?? [];
  checkPeriod(args.from, args.to);
  const period = wholeHalfHours(args.from, args.to);
  // Each hour lies within one day, so DAY adds nothing to HOUR.
  const bucket = by.includes('hour') ? 'hour' : by.includes('day') ? 'day' : undefined;
  const isZeroFilled = args.zeroFill === true && bucket !== undefined;
  if (isZeroFilled) checkFill(period);
  return {
    topic: checkTopic(args.topic ?? defaultTopic),
    source: args.source ?? 'end_user',
    models: checkModels(args.models),
    ...period,
    isByModel: by.includes('model'),
    isByTag: by.includes('tag'),
    bucket,
    timeZone: checkTimeZone(args.timeZone ?? 'UTC'),
    isZeroFilled,
  };
}
