// Numbers and instants as people read them, in their own language.
const integer = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const precisePercent = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const decimal = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Shown instead of a number that is null. */
export const noValue = '–';

export const formatCount = (count: number): string => integer.format(count);
export const formatPercent = (rate: number | null): string =>
  rate === null ? noValue : percent.format(rate);
export const formatPrecisePercent = (rate: number | null): string =>
  rate === null ? noValue : precisePercent.format(rate);
export const formatScore = (score: number | null): string =>
  score === null ? noValue : decimal.format(score);

export function formatInterval(low: number | null, high: number | null): string {
  return low === null || high === null ? noValue : `${percent.format(low)} to ${percent.format(high)}`;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const hourFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

export function formatBucket(bucket: string, step: 'DAY' | 'HOUR'): string {
  return (step === 'DAY' ? dayFormat : hourFormat).format(new Date(bucket));
}

/** @param size days or hours per point */
export function describeStep(step: 'DAY' | 'HOUR', size: number): string {
  const unit = step === 'DAY' ? 'day' : 'hour';
  return size === 1 ? `per ${unit}` : `in steps of ${size} ${unit}s`;
}
