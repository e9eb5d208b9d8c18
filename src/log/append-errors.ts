// The outcomes that append_events reports for an event, and the error for each refusal.
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** The rules of prisma/functions/append/check_event.sql that can refuse an event, by their names there. */
const refusals = [
  'ID_TAKEN',
  'NO_CONVERSATION',
  'NO_MESSAGE',
  'NO_PARENT',
  'NOT_A_REPLY',
  'ALREADY_FINAL',
  'NOT_A_SIBLING',
  'ENDED',
] as const;
export type Refusal = (typeof refusals)[number];

/**
 * The enum append_outcome.
 * - APPENDED: the event is now in the log.
 * - REPLAYED: the same event was already in the log.
 * - UNCHANGED: the feedback changes nothing, and the append asked to skip such events.
 * - RETRY_NEXT_BATCH: another append of the batch must be committed first.
 * - APPEND_REFUSED: another event of the same append was refused.
 */
export const outcomeSchema = z.enum([
  'APPENDED',
  'REPLAYED',
  'UNCHANGED',
  'RETRY_NEXT_BATCH',
  'APPEND_REFUSED',
  ...refusals,
]);
export type Outcome = z.output<typeof outcomeSchema>;

export function isRefusal(outcome: Outcome): outcome is Refusal {
  return refusals.some((refusal) => refusal === outcome);
}

/** The error for a refused append. `detail` is the id that the violated rule is about. */
export function appendError(refusal: Refusal, detail: string): AppError {
  switch (refusal) {
    case 'ID_TAKEN':
      return new AppError(
        'CONFLICT',
        `The id ${detail} is already in use: choose another, or repeat the original request unchanged.`,
      );
    case 'NO_CONVERSATION':
      return new AppError('NOT_FOUND', `There is no conversation ${detail} that you may write to.`);
    case 'NO_MESSAGE':
      return new AppError('NOT_FOUND', `There is no message ${detail} that you may write to.`);
    case 'NO_PARENT':
      return new AppError(
        'INVALID_INPUT',
        `parentId ${detail} is not a message of this conversation: name one that is, or omit it.`,
      );
    case 'NOT_A_REPLY':
      return new AppError(
        'INVALID_INPUT',
        `Message ${detail} is not a reply: only messages of the assistant accept feedback.`,
      );
    case 'ALREADY_FINAL':
      return new AppError('CONFLICT', `The reply ${detail} has already ended: its status is final.`);
    case 'NOT_A_SIBLING':
      return new AppError(
        'INVALID_INPUT',
        `Message ${detail} is not a sibling of the chosen reply: name other replies to the same message, each once.`,
      );
    case 'ENDED':
      return new AppError(
        'CONFLICT',
        'The conversation has ended and accepts no more messages: start a new one.',
      );
    default:
      return refusal satisfies never;
  }
}
