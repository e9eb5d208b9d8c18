// What people say of a reply: every change is one UPDATE_MESSAGE event that holds only what changed.
// Absent leaves a field as it is, null withdraws it.
import { checkFilled, checkText } from '../conversation/text.ts';
import { AppError } from '../errors.ts';
import { authorOf, mayWriteForOthers, type Viewer } from '../identity/viewer.ts';
import type { FeedbackFields, FeedbackSource, Rating } from '../log/event.ts';
import { newId, referencedId } from '../log/identifier.ts';
import type { LogWriter } from '../log/writer.ts';

export type FeedbackServices = { writer: LogWriter; maxMessageBytes: number };

type Author = { username?: string | null | undefined; source?: FeedbackSource | null | undefined };

export type RateMessageInput = Author & {
  messageId: string;
  rating?: Rating | null | undefined;
  score?: number | null | undefined;
};

export type SubmitFeedbackInput = Author & {
  messageId: string;
  comment?: string | null | undefined;
  tags?: readonly string[] | null | undefined;
  correction?: string | null | undefined;
};

/** Whose feedback it is: one record is kept per message, username and source. */
export type FeedbackKey = { messageId: string; username: string; source: FeedbackSource };

const tagLimits = { count: 20, bytes: 100 };

function checkScore(score: number): number {
  if (score >= 0 && score <= 1) return score;
  throw new AppError(
    'INVALID_INPUT',
    `score ${score} is out of range: give a number from 0 (worst) to 1 (best).`,
  );
}

function checkTags(tags: readonly string[]): string[] {
  if (tags.length > tagLimits.count) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `tags has ${tags.length} entries; at most ${tagLimits.count} are taken.`,
    );
  }
  return [...new Set(tags.map((tag) => checkFilled('A tag', tag.trim(), { bytes: tagLimits.bytes })))];
}

function sourceOf(viewer: Viewer, source: FeedbackSource | null | undefined): FeedbackSource {
  if (source == null || source === 'end_user' || mayWriteForOthers(viewer)) return source ?? 'end_user';
  throw new AppError(
    'FORBIDDEN',
    `Only the roles SERVICE and ADMIN may give feedback as ${source.toUpperCase()}: leave source out.`,
  );
}

async function append(
  services: FeedbackServices,
  viewer: Viewer,
  change: Author & { messageId: string; fields: FeedbackFields },
): Promise<FeedbackKey> {
  const key = {
    messageId: referencedId('message', change.messageId),
    username: checkText('username', authorOf(viewer, change.username), { bytes: 200 }),
    source: sourceOf(viewer, change.source),
  };
  const author = { username: key.username, source: key.source };
  await services.writer.append({
    actor: viewer.username,
    isPrivileged: mayWriteForOthers(viewer),
    events: [
      { id: newId(), type: 'UPDATE_MESSAGE', payload: { id: key.messageId, ...author, ...change.fields } },
    ],
  });
  return key;
}

/** Sets or withdraws rating and score. */
export function rateMessage(
  services: FeedbackServices,
  viewer: Viewer,
  input: RateMessageInput,
): Promise<FeedbackKey> {
  const { rating, score, ...author } = input;
  if (rating === undefined && score === undefined) {
    throw new AppError('INVALID_INPUT', 'Give a rating, a score, or both; null withdraws what was given.');
  }
  const fields: FeedbackFields = {
    ...(rating === undefined ? {} : { rating }),
    ...(score === undefined ? {} : { score: score === null ? null : checkScore(score) }),
  };
  return append(services, viewer, { ...author, fields });
}

/** Sets or withdraws comment, tags and correction. */
export function submitFeedback(
  services: FeedbackServices,
  viewer: Viewer,
  input: SubmitFeedbackInput,
): Promise<FeedbackKey> {
  const { comment, tags, correction, ...author } = input;
  const limit = { bytes: services.maxMessageBytes };
  if (comment === undefined && tags === undefined && correction === undefined) {
    throw new AppError(
      'INVALID_INPUT',
      'Give a comment, tags or a correction; null withdraws what was given.',
    );
  }
  const filled = (name: string, text: string | null) =>
    text === null ? null : checkFilled(name, text, limit);
  const fields: FeedbackFields = {
    ...(comment === undefined ? {} : { feedback: filled('comment', comment) }),
    ...(tags === undefined ? {} : { tags: tags === null ? null : checkTags(tags) }),
    ...(correction === undefined ? {} : { correction: filled('correction', correction) }),
  };
  return append(services, viewer, { ...author, fields });
}
