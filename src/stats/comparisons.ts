// What is to be ranked and compared, checked; then read and worked out.
import type pg from 'pg';
import { checkText } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { FeedbackSource } from '../log/event.ts';
import { checkTopic, defaultTopic } from '../log/topic-name.ts';
import { type Comparison, compare } from './comparison.ts';
import { checkPeriod, checkStatsQuery, type Optional, refuseUnlessAnalyst } from './query.ts';
import { readChoices } from './ranking/choices.ts';
import { type RankedModel, rankModels } from './ranking/ranking.ts';
import { emptyStats, type RatingStats, readRatingStats } from './read.ts';

export type RankingArgs = {
  topic?: Optional<string>;
  from?: Optional<Date>;
  to?: Optional<Date>;
  source?: Optional<FeedbackSource>;
  tags?: Optional<readonly string[]>;
  fromRatings?: Optional<boolean>;
};

export type Compared = { model?: Optional<string>; from?: Optional<Date>; to?: Optional<Date> };
export type CompareArgs = {
  topic?: Optional<string>;
  source?: Optional<FeedbackSource>;
  a: Compared;
  b: Compared;
};
export type ComparedModels = Comparison & { a: RatingStats; b: RatingStats; offset: number | null };

/** More would take long to work out, and no one compares so many. */
const maxModels = 200;

/** @throws AppError FORBIDDEN, INVALID_INPUT or LIMIT_EXCEEDED */
export async function modelRanking(pool: pg.Pool, viewer: Viewer, args: RankingArgs): Promise<RankedModel[]> {
  refuseUnlessAnalyst(viewer);
  checkPeriod(args.from, args.to);
  if (args.tags?.length === 0) {
    throw new AppError('INVALID_INPUT', 'tags is empty: name at least one, or leave it out for all.');
  }
  const choices = await readChoices(pool, {
    topic: checkTopic(args.topic ?? defaultTopic),
    source: args.source ?? 'end_user',
    from: args.from ?? undefined,
    to: args.to ?? undefined,
    tags: args.tags?.map((tag) => checkText('A tag', tag, { bytes: 200 })),
    isFromRatings: args.fromRatings === true,
  });
  const models = new Set(choices.flatMap(({ chosen, other }) => [chosen, other]));
  if (models.size > maxModels) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `${models.size} models were compared; at most ${maxModels} are ranked: ask for a shorter period.`,
    );
  }
  return rankModels(choices);
}

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
