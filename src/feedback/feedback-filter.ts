// Filter, order and cursor of the list of feedback. It is ordered by createdAt, which never changes, so that pages stay
// consistent when feedback is given, changed or withdrawn meanwhile.
import { escapeLikePattern } from '../conversation/escape-like.ts';
import { checkText } from '../conversation/validate-text.ts';
import { AppError } from '../errors.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import { type FeedbackSource, feedbackSourceSchema, type Rating } from '../log/feedback-fields.ts';

type Optional<T> = T | null | undefined;

export type FeedbackFilter = {
  topic?: Optional<string>;
  rating?: Optional<Rating>;
  hasComment?: Optional<boolean>;
  tag?: Optional<string>;
  model?: Optional<string>;
  source?: Optional<FeedbackSource>;
  from?: Optional<Date>;
  to?: Optional<Date>;
  search?: Optional<string>;
};

export type FeedbackCursor = { createdAt: Date; messageId: string; username: string; source: FeedbackSource };

export const newestFirst = [
  { createdAt: 'desc' },
  { messageId: 'desc' },
  { username: 'desc' },
  { source: 'desc' },
] as const satisfies Prisma.FeedbackOrderByWithRelationInput[];

export function formatFeedbackCursor({ createdAt, messageId, username, source }: FeedbackCursor): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), messageId, username, source])).toString(
    'base64url',
  );
}

/** @throws AppError INVALID_INPUT if it is not a cursor of this list */
export function parseFeedbackCursor(cursor: string): FeedbackCursor {
  try {
    const [at, messageId, username, source, ...rest]: unknown[] = JSON.parse(
      Buffer.from(cursor, 'base64url').toString(),
    );
    const createdAt = new Date(Number(at));
    const isComplete = typeof messageId === 'string' && typeof username === 'string' && rest.length === 0;
    if (isComplete && !Number.isNaN(createdAt.getTime())) {
      return { createdAt, messageId, username, source: feedbackSourceSchema.parse(source) };
    }
  } catch {
    // Reported below, together with complete but invalid cursors.
  }
  throw new AppError(
    'INVALID_INPUT',
    `after ${JSON.stringify(cursor.slice(0, 100))} is not a cursor of this list: pass the endCursor of a page.`,
  );
}

function isAfter({ createdAt, messageId, username, source }: FeedbackCursor): Prisma.FeedbackWhereInput {
  const sources = feedbackSourceSchema.options;
  return {
    createdAt: { lte: createdAt },
    OR: [
      { createdAt: { lt: createdAt } },
      { messageId: { lt: messageId } },
      { messageId, username: { lt: username } },
      { messageId, username, source: { in: sources.slice(0, sources.indexOf(source)) } },
    ],
  };
}

/** The WHERE clause of the filter, limited to what the viewer may see: a USER sees only their own feedback. */
export function feedbackWhere(
  viewer: Viewer,
  filter: FeedbackFilter,
  after: FeedbackCursor | undefined,
): Prisma.FeedbackWhereInput {
  const { topic, rating, hasComment, tag, model, source, from, to, search } = filter;
  const text = {
    contains: escapeLikePattern(checkText('search', search ?? '', { bytes: 1_000 })),
    mode: 'insensitive',
  } as const;
  return {
    AND: [
      mayReadAll(viewer) ? {} : { username: viewer.username },
      topic == null ? {} : { message: { conversation: { topic } } },
      rating == null ? {} : { rating },
      hasComment == null ? {} : { comment: hasComment ? { not: null } : null },
      tag == null ? {} : { tags: { has: tag } },
      source == null ? {} : { source },
      // As in statistics, a reply that names no model belongs to the model of its conversation.
      model == null
        ? {}
        : {
            message: {
              OR: [
                { modelId: model },
                { OR: [{ modelId: null }, { modelId: '' }], conversation: { modelId: model } },
              ],
            },
          },
      from == null ? {} : { message: { createdAt: { gte: from } } },
      to == null ? {} : { message: { createdAt: { lt: to } } },
      search == null ? {} : { OR: [{ comment: text }, { correction: text }, { message: { content: text } }] },
      after === undefined ? {} : isAfter(after),
    ],
  };
}
