// Creates and checks ULIDs, and derives them where a repeated request must arrive at the same id.
import { createHash, randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { AppError } from '../errors.ts';
import type { Optional } from './optional.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// Drawn in advance: a system call for each of sixteen letters took longer than everything else that Node does for an append.
const randomness = Buffer.alloc(1_024);
let drawn = randomness.length;

function nextRandom(): number {
  if (drawn === randomness.length) {
    randomFillSync(randomness);
    drawn = 0;
  }
  drawn += 1;
  return randomness.readUInt8(drawn - 1) / 256;
}

/** A new ULID, greater than every one that this process made before it. */
export const newId: () => string = monotonicFactory(nextRandom);

/** Whether the text is a ULID in its canonical form: 26 characters of Crockford's base 32, upper case. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/**
 * The id that a client chose, or a new one if it chose none.
 * @throws AppError INVALID_INPUT if it is not a ULID
 */
export function chosenId(name: string, id: Optional<string>): string {
  if (id === null || id === undefined) return newId();
  if (isUlid(id)) return id;
  throw new AppError(
    'INVALID_INPUT',
    `${name} ${JSON.stringify(id.slice(0, 100))} is not a ULID: use 26 characters such as 01J7PTGBKBEYJHJAMZ9Q9EE9SD, or omit it.`,
  );
}

/**
 * An id that should name something that exists.
 * @throws AppError NOT_FOUND if it is not a ULID, since nothing can have it
 */
export function referencedId(kind: 'conversation' | 'message', id: string): string {
  if (isUlid(id)) return id;
  throw new AppError('NOT_FOUND', `There is no ${kind} ${JSON.stringify(id.slice(0, 100))}.`);
}

/** A ULID that is derived from another for a purpose: with the same time, and always the same for the same arguments. */
export function derivedId(id: string, purpose: string): string {
  const digest = createHash('sha256').update(`${purpose}:${id}`).digest();
  let random = '';
  for (let index = 0; index < 16; index += 1) random += alphabet.charAt(digest.readUInt8(index) % 32);
  return id.slice(0, 10) + random;
}
