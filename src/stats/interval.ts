// Intervals of rates: how far the truth may be from what a sample shows. All are of 95 %.

export type Interval = { low: number; high: number };
/** How often something was so, of how many. */
export type Share = { count: number; of: number };

/** The 97.5 % point of the standard normal distribution. */
export const z95 = 1.959963984540054;

/**
 * The score interval of a rate: it keeps within 0 and 1, and is right for few ratings and for rates near the ends.
 * E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209–212.
 * @returns undefined where there is nothing to take a rate of
 */
export function wilson({ count, of }: Share): Interval | undefined {
  if (of === 0) return undefined;
  const rate = count / of;
  const square = z95 * z95;
  const middle = (rate + square / (2 * of)) / (1 + square / of);
  const half = (z95 / (1 + square / of)) * Math.sqrt((rate * (1 - rate)) / of + square / (4 * of * of));
  // At the ends the bound is exactly there; rounding would put it a little outside.
  return { low: count === 0 ? 0 : middle - half, high: count === of ? 1 : middle + half };
}

/**
 * The interval of the difference a − b of two rates of independent samples, from their score intervals: method 10 of
 * R. G. Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in
 * Medicine 17, 873–890.
 * @returns undefined where one of the samples is empty
 */
export function newcombe(a: Share, b: Share): (Interval & { difference: number }) | undefined {
  const [ofA, ofB] = [wilson(a), wilson(b)];
  if (ofA === undefined || ofB === undefined) return undefined;
  const [rateA, rateB] = [a.count / a.of, b.count / b.of];
  const difference = rateA - rateB;
  return {
    difference,
    low: difference - Math.hypot(rateA - ofA.low, ofB.high - rateB),
    high: difference + Math.hypot(ofA.high - rateA, rateB - ofB.low),
  };
}

/** The standard error of the mean, from the sum and the sum of squares; undefined where there are fewer than two. */
export function standardErrorOfMean(count: number, sum: number, squares: number): number | undefined {
  if (count < 2) return undefined;
  // Rounding may make nothing of it a little less than nothing.
  const variance = Math.max(0, squares - (sum * sum) / count) / (count - 1);
  return Math.sqrt(variance / count);
}
