import { describe, expect, it } from 'vitest';
import { compare } from '../../src/stats/comparison.ts';
import { newcombe } from '../../src/stats/interval.ts';

const side = (name: string, count: number, of: number) => ({ name, share: { count, of } });

describe('a comparison', () => {
  it('that is settled names the side that is ahead', () => {
    const found = compare(side('a', 56, 70), side('b', 48, 80));
    expect(found).toMatchObject({ isSettled: true, moreRatings: 0, difference: expect.closeTo(0.2, 10) });
    expect(found.summary).toBe(
      'a is liked in 80.0 % of 70 ratings, b is liked in 60.0 % of 80 ratings: a is ahead by 20.0 percentage points, and that is more than chance (with 95 % confidence the difference lies between 5.2 and 33.4 points).',
    );
  });

  it('that is open says how many more ratings would settle it, to within one', () => {
    const found = compare(side('a', 7, 10), side('b', 6, 10));
    expect(found.isSettled).toBe(false);
    const more = found.moreRatings ?? Number.NaN;
    const low = (ratings: number) => {
      const of = 10 + ratings / 2;
      return newcombe({ count: 0.7 * of, of }, { count: 0.6 * of, of })?.low ?? Number.NaN;
    };
    expect(low(more)).toBeGreaterThan(0);
    expect(low(more - 2)).toBeLessThan(0);
    expect(found.summary).toContain('a is ahead by 10.0 percentage points, which may be chance');
    expect(found.summary).toContain(`About ${more} more ratings would settle it`);
  });

  it('gives the difference and its interval from the point of view of the side that is ahead', () => {
    const [first, second] = [side('a', 6, 10), side('b', 7, 10)];
    const { low = 0, high = 0 } = newcombe(second.share, first.share) ?? {};
    expect(compare(first, second).summary).toContain(
      `b is ahead by 10.0 percentage points, which may be chance (with 95 % confidence the difference lies between ${(low * 100).toFixed(1)} and ${(high * 100).toFixed(1)} points)`,
    );
    expect(compare(side('a', 48, 80), side('b', 56, 70)).summary).toContain(
      'b is ahead by 20.0 percentage points, and that is more than chance (with 95 % confidence the difference lies between 5.2 and 33.4 points)',
    );
  });

  it('of equal rates can not be settled by more ratings', () => {
    expect(compare(side('a', 5, 10), side('b', 10, 20))).toMatchObject({
      isSettled: false,
      moreRatings: null,
    });
  });

  it('in which one side has no ratings says so', () => {
    const found = compare(side('a', 0, 0), side('b', 1, 2));
    expect(found).toMatchObject({ difference: null, low: null, isSettled: false, moreRatings: null });
    expect(found.summary).toBe('a has no ratings yet: there is nothing to compare.');
  });
});
