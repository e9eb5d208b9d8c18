// The size of pages, said once for every connection.
import { AppError } from '../errors.ts';

export type PageArgs = {
  first?: number | null | undefined;
  last?: number | null | undefined;
  after?: string | null | undefined;
  before?: string | null | undefined;
};

export const maxPageSize = 100;

/** @throws AppError where a page is asked for that can't be given, rather than giving another */
export function checkPage(args: PageArgs, most = maxPageSize): void {
  for (const [name, size] of [
    ['first', args.first],
    ['last', args.last],
  ] as const) {
    if (size == null) continue;
    if (size < 0) {
      throw new AppError('INVALID_INPUT', `${name} ${size} is negative: give a number from 0 to ${most}.`);
    }
    if (size > most) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `${name} ${size} is too many: a page has at most ${most} entries; ask for the next with after.`,
      );
    }
  }
  if (args.first != null && args.last != null) {
    throw new AppError('INVALID_INPUT', 'Give first or last, not both.');
  }
}

/** What a connection costs: each entry once. Lists count ten-fold by themselves, hence the tenth. */
export function pageCost(args: PageArgs, defaultSize: number): { field: number; multiplier: number } {
  return { field: 1, multiplier: (args.first ?? args.last ?? defaultSize) / 10 };
}
