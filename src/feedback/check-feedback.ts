// What feedback may hold, and who may give it for whom: checked before anything is appended.
// Absent leaves a field as it is, null withdraws it.
import { checkFilled, checkUsername } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import { authorOf, requireRole, type Viewer, writeForOthersRoles } from '../identity/viewer.ts';
import type { ConversationFeedbackFields, FeedbackSource, Rating } from '../log/event.ts';

export type AuthorInput = {
  username?: string | null | undefined;
  source?: FeedbackSource | null | undefined;
};

export type FeedbackInput = {
  rating?: Rating | null | undefined;
  score?: number | null | undefined;
  comment?: string | null | undefined;
  tags?: readonly string[] | null | undefined;
};

const tagLimits = { count: 20, bytes: 100 };

function checkScore(score: number): number {
  if (score >= 0 && score <= 1) return score;
  throw new AppError(
    'INVALID_INPUT',
    `score ${score} is out of range: give a number from 0 (worst) to 1 (best).`,
  );
}

/** A key of a reason, without spaces around it. */
export function checkTag(tag: string): string {
  return checkFilled('A tag', tag.trim(), { bytes: tagLimits.bytes });
}

function checkTags(tags: readonly string[]): string[] {
  if (tags.length > tagLimits.count) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `tags has ${tags.length} entries; at most ${tagLimits.count} are taken.`,
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

/** Who gives feedback, and in which capacity. @throws AppError FORBIDDEN where the viewer may not do so for them */
export function checkAuthor(
  viewer: Viewer,
  input: AuthorInput,
): { username: string; source: FeedbackSource } {
  return {
    username: checkUsername(authorOf(viewer, input.username)),
    source: sourceOf(viewer, input.source),
  };
}

export function checkOptionalText(
  name: string,
  text: string | null,
  limit: { bytes: number },
): string | null {
  return text === null ? null : checkFilled(name, text, limit);
}

/** The fields of an event for what is given, and no others. */
export function checkFeedbackFields(
  input: FeedbackInput,
  limit: { bytes: number },
): ConversationFeedbackFields {
  const { rating, score, comment, tags } = input;
  return {
    ...(rating === undefined ? {} : { rating }),
    ...(score === undefined ? {} : { score: score === null ? null : checkScore(score) }),
    ...(comment === undefined ? {} : { feedback: checkOptionalText('comment', comment, limit) }),
    ...(tags === undefined ? {} : { tags: tags === null ? null : checkTags(tags) }),
  };
}
