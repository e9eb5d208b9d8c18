// The interval of the Wilcoxon signed-rank test, for the centre of paired differences: all centres that the test would
// not reject. It assumes that differences scatter symmetrically around their centre, which those of two equally noisy
// sides do, and nothing about the shape of the noise; one wild round cannot move it far.
// Hollander, Wolfe, Chicken: Nonparametric Statistical Methods, 3rd ed., sections 3.1 to 3.3.

export const confidence = 0.95;
/** With fewer, no two-sided test of signs or ranks can reach the confidence: 2 / 2^5 is more than 5 %. */
export const minPairs = 6;

export type Interval = { estimate: number; low: number; high: number };

/** @returns undefined if there are fewer than `minPairs` differences */
export function signedRankInterval(differences: readonly number[]): Interval | undefined {
  const rejected = rejectedRankSums(differences.length);
  if (rejected === 0) return undefined;
  const averages = pairwiseAverages(differences);
  const at = (index: number) => averages[index] ?? Number.NaN;
  const middle = (averages.length - 1) / 2;
  return {
    estimate: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(rejected - 1),
    high: at(averages.length - rejected),
  };
}

/** Averages of every two differences, each with itself too, in ascending order. */
function pairwiseAverages(differences: readonly number[]): number[] {
  return differences
    .flatMap((first, index) => differences.slice(index).map((second) => (first + second) / 2))
    .sort((a, b) => a - b);
}

/** How many rank sums, from 0 on, are together too improbable (half of what the confidence leaves) by chance. */
function rejectedRankSums(count: number): number {
  let probabilities = [1];
  for (let rank = 1; rank <= count; rank += 1) {
    const next = new Array<number>(probabilities.length + rank).fill(0);
    probabilities.forEach((probability, sum) => {
      next[sum] = (next[sum] ?? 0) + probability / 2;
      next[sum + rank] = (next[sum + rank] ?? 0) + probability / 2;
    });
    probabilities = next;
  }
  const allowed = (1 - confidence) / 2;
  let total = 0;
  return probabilities.findIndex((probability) => {
    total += probability;
    return total > allowed;
  });
}
