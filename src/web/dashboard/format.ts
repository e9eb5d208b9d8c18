// Numbers as people read them, in their own language.
const whole = new Intl.NumberFormat();
const percentage = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const decimals = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const nothing = '–';

export const formatCount = (count: number): string => whole.format(count);
export const formatPercent = (rate: number | null): string =>
  rate === null ? nothing : percentage.format(rate);
export const formatFine = (rate: number | null): string => (rate === null ? nothing : fine.format(rate));
export const formatScore = (score: number | null): string =>
  score === null ? nothing : decimals.format(score);

export function formatInterval(low: number | null, high: number | null): string {
  return low === null || high === null ? nothing : `${percentage.format(low)} to ${percentage.format(high)}`;
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

/** @param size how many days or hours make a point */
export function spanOf(step: 'DAY' | 'HOUR', size: number): string {
  const unit = step === 'DAY' ? 'day' : 'hour';
  return size === 1 ? `by ${unit}` : `by ${size} ${unit}s`;
}
