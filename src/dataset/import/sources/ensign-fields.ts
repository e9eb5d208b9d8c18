// What single fields of the Python reference mean here. Nothing of a record is dropped in silence.
import { checkText } from '../../../conversation/validate-text.ts';
import { AppError } from '../../../errors.ts';
import type { FeedbackFields } from '../../../log/event.ts';
import type { StartEvent } from '../../../log/new-event.ts';
import { keepAsMetadata } from '../kept-metadata.ts';
import type { StartRecord } from './ensign-record.ts';

/** A rating of the reference is a word or a number, which is a score here: withdrawn, it is neither. */
export function readRating(given: unknown): FeedbackFields {
  const rating = typeof given === 'string' ? given.trim().toLowerCase() : given;
  if (rating === undefined || rating === '') return {};
  if (rating === null) return { rating: null, score: null };
  if (rating === 'like' || rating === 'dislike') return { rating };
  const isNumeric = typeof rating === 'number' || /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(String(rating));
  const score = isNumeric ? Number(rating) : Number.NaN;
  if (score >= 0 && score <= 1) return { score };
  throw new AppError(
    'INVALID_INPUT',
    `rating ${JSON.stringify(given).slice(0, 60)} is neither like nor dislike, nor a number from 0 to 1.`,
  );
}

/** A blank comment says nothing; null withdraws the one before. */
export function readComment(given: string | null | undefined, bytes: number): FeedbackFields {
  if (given === null) return { feedback: null };
  if (given === undefined || given.trim() === '') return {};
  return { feedback: checkText('feedback', given, { bytes }) };
}

export function readUsername(given: string): string {
  return checkText('username', given, { bytes: 200 });
}

/** The model, by its id alone or with metadata; `unknown` where it has no id. */
export function readModel(given: StartRecord['model']): StartEvent['payload']['model'] {
  const { id = '', ...others } = typeof given === 'object' ? given : { id: given };
  if (typeof id !== 'string') {
    throw new AppError('INVALID_INPUT', `model.id must be a text; it is ${JSON.stringify(id).slice(0, 60)}.`);
  }
  const name = id === '' ? 'unknown' : checkText('model.id', id, { bytes: 200 });
  return { id: name, metadata: keepAsMetadata(others).metadata ?? {} };
}
