// The size and the cost of pages: one rule for every connection.
import { AppError } from '../errors.ts';

export type PageArgs = {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
};

export const maxPageSize = 100;

/** @throws AppError INVALID_INPUT or LIMIT_EXCEEDED, rather than returning another page than the requested one */
export function checkPage(args: PageArgs, maxSize = maxPageSize): void {
  for (const [name, size] of [
    ['first', args.first],
    ['last', args.last],
  ] as const) {
    if (size == null) continue;
    if (size < 0) {
      throw new AppError('INVALID_INPUT', `${name} ${size} is negative. Give a number from 0 to ${maxSize}.`);
    }
    if (size > maxSize) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `${name} ${size} is too large. A page has at most ${maxSize} entries; request the next page with after.`,
      );
    }
  }
  if (args.first != null && args.last != null) {
    throw new AppError('INVALID_INPUT', 'first and last exclude each other. Give only one of them.');
  }
}

/** Cost of a connection: each entry counts once. Its lists count 10 times by themselves, hence the division by 10. */
export function pageCost(args: PageArgs, defaultSize: number): { field: number; multiplier: number } {
  return { field: 1, multiplier: (args.first ?? args.last ?? defaultSize) / 10 };
}
