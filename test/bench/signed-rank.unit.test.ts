import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidence, minPairs, signedRankInterval } from '../../bench/compare/signed-rank.ts';
import { normalNumbers } from './made-up-results.ts';

/** Two-sided p of the signed-rank test that the centre is 0, by trying every assignment of signs. */
function exactP(differences: readonly number[]): number {
  const ranks = differences.map(
    (value) => differences.filter((one) => Math.abs(one) <= Math.abs(value)).length,
  );
  const sumOf = (isPositive: (index: number) => boolean) =>
    ranks.reduce((sum, rank, index) => sum + (isPositive(index) ? rank : 0), 0);
  const observed = sumOf((index) => (differences[index] ?? 0) > 0);
  const sums = Array.from({ length: 2 ** ranks.length }, (_, signs) =>
    sumOf((index) => (signs >> index) % 2 === 1),
  );
  const share = (isExtreme: (sum: number) => boolean) => sums.filter(isExtreme).length / sums.length;
  return (
    2 *
    Math.min(
      share((sum) => sum <= observed),
      share((sum) => sum >= observed),
    )
  );
}

describe('the signed-rank interval', () => {
  it('does not exist below six pairs', () => {
    expect(signedRankInterval([])).toBeUndefined();
    expect(signedRankInterval([1, 2, 3])).toBeUndefined();
    expect(signedRankInterval([1, 2, 3, 4, 5])).toBeUndefined();
    expect(signedRankInterval([1, 2, 3, 4, 5, 6])).toBeDefined();
    expect(minPairs).toBe(6);
  });

  it('reaches from the least to the greatest of six differences', () => {
    expect(signedRankInterval([3, 1, 2, 6, 4, 5])).toEqual({ estimate: 3.5, low: 1, high: 6 });
  });

  it('is as published for the depression scores of Hollander and Wolfe', () => {
    // Table 3.1 of their book; R: wilcox.test(y, x, paired = TRUE, conf.int = TRUE), 96.1 %.
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const interval = signedRankInterval(after.map((value, index) => value - (before[index] ?? 0)));
    expect(interval?.estimate).toBeCloseTo(-0.46, 3);
    expect(interval?.low).toBeCloseTo(-0.786, 3);
    expect(interval?.high).toBeCloseTo(-0.01, 3);
  });

  it('excludes exactly the centres that the test rejects', () => {
    const difference = fc
      .integer({ min: -100_000, max: 100_000 })
      .map((value) => value / 997 + value ** 3 / 1e12);
    const differences = fc.uniqueArray(difference, { minLength: 6, maxLength: 10, selector: Math.abs });
    fc.assert(
      fc.property(differences, fc.double({ min: -120, max: 120, noNaN: true }), (values, centre) => {
        const shifted = values.map((value) => value - centre);
        fc.pre(new Set(shifted.map(Math.abs)).size === values.length && !shifted.includes(0));
        const interval = signedRankInterval(values);
        const isInside = interval !== undefined && interval.low <= centre && centre <= interval.high;
        expect(isInside).toBe(exactP(shifted) > 1 - confidence);
      }),
    );
  });

  it('holds the true centre as often as it promises', () => {
    const normal = normalNumbers(1);
    const trials = 2_000;
    for (const pairs of [6, 8, 12]) {
      let hits = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const interval = signedRankInterval(Array.from({ length: pairs }, () => 0.3 + normal()));
        if (interval !== undefined && interval.low <= 0.3 && interval.high >= 0.3) hits += 1;
      }
      // Three standard errors below 95 %.
      expect(hits / trials).toBeGreaterThan(confidence - 3 * Math.sqrt((0.95 * 0.05) / trials));
    }
  });

  it('is not moved far by one wild round', () => {
    const calm = [1, 1.01, 0.99, 1.02, 0.98, 1.03, 0.97, 1.04, 0.96, 1];
    const interval = signedRankInterval([...calm.slice(1), 1_000]);
    expect(interval?.estimate).toBeCloseTo(1, 1);
    expect(interval?.low).toBeGreaterThan(0.9);
  });
});
