// Compares the like rates of two models or two periods, in numbers and in a sentence.
import { newcombe, type Share } from './interval.ts';

export type Comparison = {
  difference: number | null;
  low: number | null;
  high: number | null;
  isSettled: boolean;
  /** How many more ratings, of both together, would settle it at this difference; null where none would. */
  moreRatings: number | null;
  summary: string;
};

/** Beyond, "it would take more than that" is all that is worth saying. */
const maxRatings = 1e9;

function excludesZero(a: Share, b: Share): boolean {
  const interval = newcombe(a, b);
  return interval !== undefined && (interval.low > 0 || interval.high < 0);
}

function times({ count, of }: Share, factor: number): Share {
  return { count: count * factor, of: of * factor };
}

/** The least number of further ratings, in the proportion that there is, at which the interval leaves zero out. */
function ratingsToSettle(a: Share, b: Share): number | null {
  const total = a.of + b.of;
  if (a.of === 0 || b.of === 0 || a.count / a.of === b.count / b.of) return null;
  let [few, enough] = [1, 2];
  while (!excludesZero(times(a, enough), times(b, enough))) {
    few = enough;
    enough *= 2;
    if (enough * total > maxRatings) return null;
  }
  while ((enough - few) * total > 0.5) {
    const middle = (few + enough) / 2;
    if (excludesZero(times(a, middle), times(b, middle))) enough = middle;
    else few = middle;
  }
  return Math.max(1, Math.ceil((enough - 1) * total));
}

const percent = (rate: number) => `${(rate * 100).toFixed(1)} %`;
const points = (difference: number) => `${(Math.abs(difference) * 100).toFixed(1)} percentage points`;
const ofRatings = (name: string, { count, of }: Share) =>
  `${name} is liked in ${percent(count / of)} of ${of} ${of === 1 ? 'rating' : 'ratings'}`;

type Named = { name: string; share: Share };

function summarize(a: Named, b: Named, found: Omit<Comparison, 'summary'>): string {
  const missing = [a, b].filter(({ share }) => share.of === 0).map(({ name }) => name);
  if (found.difference === null || found.low === null || found.high === null) {
    return `${missing.join(' and ')} ${missing.length === 1 ? 'has' : 'have'} no ratings yet: there is nothing to compare.`;
  }
  const rates = `${ofRatings(a.name, a.share)}, ${ofRatings(b.name, b.share)}`;
  const isBehind = found.difference < 0;
  const better = isBehind ? b.name : a.name;
  // Told of whoever is ahead, as the difference is.
  const [low, high] = isBehind ? [-found.high, -found.low] : [found.low, found.high];
  const range = `with 95 % confidence the difference lies between ${(low * 100).toFixed(1)} and ${(high * 100).toFixed(1)} points`;
  if (found.isSettled) {
    return `${rates}: ${better} is ahead by ${points(found.difference)}, and that is not chance alone (${range}).`;
  }
  const more =
    found.moreRatings === null
      ? 'No difference is in sight that more ratings would settle.'
      : `About ${found.moreRatings} more ratings would settle it, if the difference stays as it is.`;
  const lead =
    found.difference === 0
      ? 'neither is ahead'
      : `that ${better} is ahead by ${points(found.difference)} may be chance`;
  return `${rates}: ${lead} (${range}). ${more}`;
}

export function compare(a: Named, b: Named): Comparison {
  const interval = newcombe(a.share, b.share);
  const isSettled = excludesZero(a.share, b.share);
  const found = {
    difference: interval?.difference ?? null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    isSettled,
    moreRatings: isSettled ? 0 : ratingsToSettle(a.share, b.share),
  };
  return { ...found, summary: summarize(a, b, found) };
}
