// Medians and ranges over rounds, and how a cell of a table shows them.
import type { Summary } from './schema.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** More than any clock here is worth, and short enough to read in a file. */
const significantDigits = 6;

/** @param values in the order of the rounds; what is undefined or not finite counts as not measured */
export function summarize(values: readonly (number | null | undefined)[]): Summary {
  const rounds = values.map((value) => {
    const isMeasured = value !== undefined && value !== null && Number.isFinite(value);
    return isMeasured ? Number(value.toPrecision(significantDigits)) : null;
  });
  const measured = rounds.filter((value) => value !== null);
  if (measured.length === 0) return { median: null, min: null, max: null, rounds };
  return { median: median(measured), min: Math.min(...measured), max: Math.max(...measured), rounds };
}

function rounded(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `median (min–max)`; a dash if nothing could be measured. */
export function renderSummary({ median, min, max, rounds }: Summary, digits: number): string {
  if (median === null || min === null || max === null) return '–';
  const middle = rounded(median, digits);
  if (rounds.filter((value) => value !== null).length === 1) return middle;
  return `${middle} (${rounded(min, digits)}–${rounded(max, digits)})`;
}
