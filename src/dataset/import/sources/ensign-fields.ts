// What single fields of the Python reference mean here. A value that has no meaning is an error, or kept as metadata.
import { checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import type { FeedbackFields } from '../../../log/event.ts';
import type { StartEvent } from '../../../log/new-event.ts';
import { keepAsMetadata } from '../kept-metadata.ts';
import type { StartRecord } from './ensign-record.ts';

/** A rating of the reference is a word, or a number, which is a score here. Null withdraws both. */
export function readRating(value: unknown): FeedbackFields {
  const rating = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (rating === undefined || rating === '') return {};
  if (rating === null) return { rating: null, score: null };
  if (rating === 'like' || rating === 'dislike') return { rating };
  const isNumeric = typeof rating === 'number' || /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(String(rating));
  const score = isNumeric ? Number(rating) : Number.NaN;
  if (score >= 0 && score <= 1) return { score };
  throw new AppError(
    'INVALID_INPUT',
    `rating ${JSON.stringify(value).slice(0, 60)} must be like, dislike, or a number from 0 to 1.`,
  );
}

/** A blank comment changes nothing; null withdraws the comment. */
export function readComment(comment: string | null | undefined, maxBytes: number): FeedbackFields {
  if (comment === null) return { feedback: null };
  if (comment === undefined || comment.trim() === '') return {};
  return { feedback: checkText('feedback', comment, { bytes: maxBytes }) };
}

export function readUsername(username: string): string {
  return checkText('username', username, { bytes: 200 });
}

/** The model, which is an id or an object with an id and other fields; `unknown` if it has no id. */
export function readModel(model: StartRecord['model']): StartEvent['payload']['model'] {
  const { id = '', ...others } = typeof model === 'object' ? model : { id: model };
  if (typeof id !== 'string') {
    throw new AppError('INVALID_INPUT', `model.id must be a text, not ${JSON.stringify(id).slice(0, 60)}.`);
  }
  const name = id === '' ? 'unknown' : checkText('model.id', id, { bytes: 200 });
  return { id: name, metadata: keepAsMetadata(others).metadata ?? {} };
}
