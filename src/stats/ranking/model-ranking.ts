// Ranks the models of a topic: checks what is asked for, reads the choices, and fits strengths to them.
import type pg from 'pg';
import { checkText } from '../../conversation/validate-text.ts';
import { AppError } from '../../errors.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Optional } from '../../lib/optional.ts';
import type { FeedbackSource } from '../../log/feedback-fields.ts';
import { checkTopic, defaultTopic } from '../../log/topic-name.ts';
import { checkPeriod, refuseUnlessAnalyst } from '../stats-query.ts';
import { readChoices } from './choices.ts';
import { type RankedModel, rankModels } from './ranking.ts';

export type RankingArgs = {
  topic?: Optional<string>;
  from?: Optional<Date>;
  to?: Optional<Date>;
  source?: Optional<FeedbackSource>;
  tags?: Optional<readonly string[]>;
  fromRatings?: Optional<boolean>;
};

/** The fit takes time that grows with the cube of the models, and nobody compares more. */
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
      `The choices compare ${models.size} models, and at most ${maxModels} are ranked: ask for a shorter period.`,
    );
  }
  return rankModels(choices);
}
