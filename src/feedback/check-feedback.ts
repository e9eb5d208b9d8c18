// Checks the values and the author of feedback before anything is appended.
// An absent field is unchanged, null withdraws it.
import { checkFilled, checkUsername } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import { authorOf, requireRole, type Viewer, writeForOthersRoles } from '../identity/viewer.ts';
import type { FeedbackFields, FeedbackSource, FeedbackValues } from '../log/feedback-fields.ts';

export type AuthorInput = {
  username?: string | null | undefined;
  source?: FeedbackSource | null | undefined;
};

/** Choices among replies have inputs of their own. */
type ChoiceField = 'preferredOver' | 'tiedWith';

export type FeedbackInput = {
  [Name in Exclude<keyof FeedbackValues, ChoiceField>]?: FeedbackValues[Name] | null | undefined;
};

const tagLimits = { count: 20, bytes: 100 };

function checkScore(score: number): number {
  if (score >= 0 && score <= 1) return score;
  throw new AppError(
    'INVALID_INPUT',
    `score ${score} is out of range: give a number from 0 (worst) to 1 (best).`,
  );
}

/** The key of a tag, trimmed. */
export function checkTag(tag: string): string {
  return checkFilled('A tag', tag.trim(), { bytes: tagLimits.bytes });
}

function checkTags(tags: readonly string[]): string[] {
  if (tags.length > tagLimits.count) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `tags has ${tags.length} entries; at most ${tagLimits.count} are allowed.`,
    );
  }
  return [...new Set(tags.map(checkTag))];
}

function sourceOf(viewer: Viewer, source: FeedbackSource | null | undefined): FeedbackSource {
  if (source == null || source === 'end_user') return 'end_user';
  const action = `give feedback as ${source.toUpperCase()}`;
  requireRole(viewer, { roles: writeForOthersRoles, action, remedy: 'leave source out' });
  return source;
}

/** The author of feedback and their role. @throws AppError FORBIDDEN if the viewer may not write for them */
export function checkAuthor(
  viewer: Viewer,
  input: AuthorInput,
): { username: string; source: FeedbackSource } {
  return {
    username: checkUsername(authorOf(viewer, input.username)),
    source: sourceOf(viewer, input.source),
  };
}

/** Applies a check to a value that is neither absent nor withdrawn. */
function checkGiven<T, Checked>(value: T | null | undefined, check: (value: T) => Checked) {
  if (value === undefined) return undefined;
  return value === null ? null : check(value);
}

/** The fields of an event payload. Fields that are absent in the input are undefined. */
export function checkFeedbackFields(input: FeedbackInput, limit: { bytes: number }) {
  return {
    rating: input.rating,
    score: checkGiven(input.score, checkScore),
    feedback: checkGiven(input.comment, (text) => checkFilled('comment', text, limit)),
    tags: checkGiven(input.tags, checkTags),
    correction: checkGiven(input.correction, (text) => checkFilled('correction', text, limit)),
  } satisfies Record<Exclude<keyof FeedbackFields, 'preferred_over' | 'tied_with'>, unknown>;
}
