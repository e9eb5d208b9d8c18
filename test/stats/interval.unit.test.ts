// Published intervals: R. G. Newcombe (1998), Statistics in Medicine 17, 857–872 (table I) and 873–890 (table II).
import { describe, expect, it } from 'vitest';
import { newcombe, standardErrorOfMean, wilson } from '../../src/stats/interval.ts';

describe("Wilson's interval", () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is the published one', (count, of, low, high) => {
    const interval = wilson({ count, of });
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('stays within 0 and 1, contains the rate, and narrows with more ratings', () => {
    for (let of = 1; of < 200; of += 7) {
      for (let count = 0; count <= of; count += 1) {
        const { low, high } = wilson({ count, of }) ?? { low: Number.NaN, high: Number.NaN };
        expect(low >= 0 && low <= count / of && count / of <= high && high <= 1).toBe(true);
        const ten = wilson({ count: count * 10, of: of * 10 });
        expect((ten?.high ?? 1) - (ten?.low ?? 0)).toBeLessThan(high - low);
      }
    }
  });

  it('is undefined for an empty sample', () => {
    expect(wilson({ count: 0, of: 0 })).toBeUndefined();
  });
});

describe("Newcombe's interval of a difference", () => {
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
  ])('of %i in %i minus %i in %i is the published one', (a, ofA, b, ofB, low, high) => {
    const interval = newcombe({ count: a, of: ofA }, { count: b, of: ofB });
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it('is undefined if one of the samples is empty', () => {
    expect(newcombe({ count: 1, of: 2 }, { count: 0, of: 0 })).toBeUndefined();
  });
});

describe('the standard error of a mean', () => {
  it('is that of the sample variance', () => {
    const scores = [0.2, 0.4, 0.9];
    const [sum, squares] = [1.5, 0.04 + 0.16 + 0.81];
    expect(standardErrorOfMean(scores.length, sum, squares)).toBeCloseTo(0.2082, 4);
  });

  it('is zero for equal scores, and undefined for fewer than two', () => {
    expect(standardErrorOfMean(3, 3 * 0.1, 3 * 0.1 * 0.1)).toBeCloseTo(0, 8);
    expect(standardErrorOfMean(1, 1, 1)).toBeUndefined();
  });
});
