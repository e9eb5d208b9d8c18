// Puts the log's refusals into words: append_events says which rule was broken, and by which value.
import { AppError } from '../errors.ts';

/** A rule of prisma/functions/check_event.sql, by the name that it has there. */
export type Refusal =
  | 'ID_TAKEN'
  | 'NO_CONVERSATION'
  | 'NO_MESSAGE'
  | 'NO_PARENT'
  | 'NOT_A_REPLY'
  | 'ALREADY_FINAL'
  | 'NOT_A_SIBLING'
  | 'ENDED';

/** The error for a refused append; detail is the id that the broken rule is about. */
export function appendError(refusal: Refusal, detail: string): AppError {
  switch (refusal) {
    case 'ID_TAKEN':
      return new AppError(
        'CONFLICT',
        `The id ${detail} already names something else: choose another, or repeat the first request unchanged.`,
      );
    case 'NO_CONVERSATION':
      return new AppError('NOT_FOUND', `There is no conversation ${detail} that you may write to.`);
    case 'NO_MESSAGE':
      return new AppError('NOT_FOUND', `There is no message ${detail} that you may write to.`);
    case 'NO_PARENT':
      return new AppError(
        'INVALID_INPUT',
        `parentId ${detail} is no message of this conversation: name one that is, or leave it out.`,
      );
    case 'NOT_A_REPLY':
      return new AppError(
        'INVALID_INPUT',
        `Message ${detail} is not a reply: only the assistant's messages take feedback.`,
      );
    case 'ALREADY_FINAL':
      return new AppError('CONFLICT', `The reply ${detail} has already ended: its status is final.`);
    case 'NOT_A_SIBLING':
      return new AppError(
        'INVALID_INPUT',
        `Message ${detail} can't be compared with it: name other replies to the same message, each once.`,
      );
    case 'ENDED':
      return new AppError(
        'CONFLICT',
        'The conversation has ended and takes no more messages: start another one.',
      );
    default:
      return refusal satisfies never;
  }
}
