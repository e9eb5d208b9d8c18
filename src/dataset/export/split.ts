// Which part of a split something falls into: by a hash, so that it is the same part today and next month.
import { createHash } from 'node:crypto';

export type Split = readonly { name: string; share: number }[];

/** From 0 up to, but not with, 1: evenly spread over keys. */
function placeOf(key: string): number {
  return createHash('sha256').update(`afterword split ${key}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** @param split shares that add up to 1 */
export function partOf(split: Split, key: string): string {
  const place = placeOf(key);
  let end = 0;
  for (const { name, share } of split) {
    end += share;
    if (place < end) return name;
  }
  // Shares add up to a little less than 1 as floating-point numbers do.
  return split.at(-1)?.name ?? '';
}
