// Repeatable randomness: the same seed gives the same numbers and the same ids.

export type Random = {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
  /** True with this probability. */
  happens(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number;
  /** A ULID with the time `at`. */
  id(at: Date): string;
};

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}

function timeOfUlid(at: Date): string {
  let remaining = at.getTime();
  let text = '';
  for (let digit = 0; digit < 10; digit += 1) {
    text = letters.charAt(remaining % 32) + text;
    remaining = Math.floor(remaining / 32);
  }
  return text;
}

/** Mulberry32 by Tommy Ettinger: good enough for demo data, not for anything secret. */
export function createRandom(seed: string): Random {
  let state = hash(seed);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    happens: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    id: (at) => timeOfUlid(at) + Array.from({ length: 16 }, () => letters[Math.floor(next() * 32)]).join(''),
  };
}
