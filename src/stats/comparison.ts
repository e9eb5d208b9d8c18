// Compares the like rates of two models or two periods, in numbers and in a sentence.
import { newcombe, type Share } from './interval.ts';

export type Comparison = {
  difference: number | null;
  low: number | null;
  high: number | null;
  isSettled: boolean;
  /** How many more ratings of both sides together would settle it at this difference; null if no number would. */
  moreRatings: number | null;
  summary: string;
};

/** Above this, the number of ratings that would settle a difference is not worth giving. */
const maxRatings = 1e9;

function excludesZero(a: Share, b: Share): boolean {
  const interval = newcombe(a, b);
  return interval !== undefined && (interval.low > 0 || interval.high < 0);
}

function times({ count, of }: Share, factor: number): Share {
  return { count: count * factor, of: of * factor };
}

/** The smallest number of further ratings, in the present proportion, at which the interval excludes zero. */
function ratingsToSettle(a: Share, b: Share): number | null {
  const total = a.of + b.of;
  if (a.of === 0 || b.of === 0 || a.count / a.of === b.count / b.of) return null;
  let [tooFew, enough] = [1, 2];
  while (!excludesZero(times(a, enough), times(b, enough))) {
    tooFew = enough;
    enough *= 2;
    if (enough * total > maxRatings) return null;
  }
  while ((enough - tooFew) * total > 0.5) {
    const middle = (tooFew + enough) / 2;
    if (excludesZero(times(a, middle), times(b, middle))) enough = middle;
    else tooFew = middle;
  }
  return Math.max(1, Math.ceil((enough - 1) * total));
}

const percent = (rate: number) => `${(rate * 100).toFixed(1)} %`;
const points = (difference: number) => `${(Math.abs(difference) * 100).toFixed(1)} percentage points`;
const ofRatings = (name: string, { count, of }: Share) =>
  `${name} is liked in ${percent(count / of)} of ${of} ${of === 1 ? 'rating' : 'ratings'}`;

type Side = { name: string; share: Share };

function summarize(a: Side, b: Side, result: Omit<Comparison, 'summary'>): string {
  const unrated = [a, b].filter(({ share }) => share.of === 0).map(({ name }) => name);
  if (result.difference === null || result.low === null || result.high === null) {
    return `${unrated.join(' and ')} ${unrated.length === 1 ? 'has' : 'have'} no ratings yet: there is nothing to compare.`;
  }
  const rates = `${ofRatings(a.name, a.share)}, ${ofRatings(b.name, b.share)}`;
  const isBehind = result.difference < 0;
  const better = isBehind ? b.name : a.name;
  // The sentence names the side that is ahead, so the interval is given from its point of view.
  const [low, high] = isBehind ? [-result.high, -result.low] : [result.low, result.high];
  const range = `with 95 % confidence the difference lies between ${(low * 100).toFixed(1)} and ${(high * 100).toFixed(1)} points`;
  if (result.isSettled) {
    return `${rates}: ${better} is ahead by ${points(result.difference)}, and that is more than chance (${range}).`;
  }
  const more =
    result.moreRatings === null
      ? 'More ratings would not settle it at this difference.'
      : `About ${result.moreRatings} more ratings would settle it, if the difference stays as it is.`;
  const lead =
    result.difference === 0
      ? 'neither is ahead'
      : `${better} is ahead by ${points(result.difference)}, which may be chance`;
  return `${rates}: ${lead} (${range}). ${more}`;
}

export function compare(a: Side, b: Side): Comparison {
  const interval = newcombe(a.share, b.share);
  const isSettled = excludesZero(a.share, b.share);
  const result = {
    difference: interval?.difference ?? null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    isSettled,
    moreRatings: isSettled ? 0 : ratingsToSettle(a.share, b.share),
  };
  return { ...result, summary: summarize(a, b, result) };
}
