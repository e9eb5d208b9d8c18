// Assigns keys to the parts of a split by a hash: a key is in the same part today and next month.
import { createHash } from 'node:crypto';

export type Split = readonly { name: string; share: number }[];

/** A number from 0 up to, but not including, 1, spread evenly over keys. */
function fractionOf(key: string): number {
  return createHash('sha256').update(`afterword split ${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** @param split shares that add up to 1 */
export function partOf(split: Split, key: string): string {
  const fraction = fractionOf(key);
  let end = 0;
  for (const { name, share } of split) {
    end += share;
    if (fraction < end) return name;
  }
  // In floating-point numbers the shares may add up to slightly less than 1.
  return split.at(-1)?.name ?? '';
}
