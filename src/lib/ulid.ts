// ULIDs: made here, checked here, and derived here where a repeated request must arrive at the same id.
import { createHash, randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { AppError } from '../errors.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// Drawn in advance: one system call for each of sixteen letters took longer than the rest of an append in Node.
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
 * The id that a client chose, or a new one.
 * @throws AppError INVALID_INPUT where it is no ULID
 */
export function chosenId(name: string, id: string | null | undefined): string {
  if (id === null || id === undefined) return newId();
  if (isUlid(id)) return id;
  throw new AppError(
    'INVALID_INPUT',
    `${name} ${JSON.stringify(id.slice(0, 100))} is no ULID: use 26 characters such as 01J7PTGBKBEYJHJAMZ9Q9EE9SD, or leave it out.`,
  );
}

/**
 * An id that should name something that exists.
 * @throws AppError NOT_FOUND where it is no ULID, since nothing can have it
 */
export function referencedId(kind: 'conversation' | 'message', id: string): string {
  if (isUlid(id)) return id;
  throw new AppError('NOT_FOUND', `There is no ${kind} ${JSON.stringify(id.slice(0, 100))}.`);
}

/** The ULID that belongs to another by the given purpose: the same time, and the same each time it is asked for. */
export function derivedId(id: string, purpose: string): string {
  const digest = createHash('sha256').update(`${purpose}:${id}`).digest();
  let random = '';
  for (let index = 0; index < 16; index += 1) random += alphabet.charAt(digest.readUInt8(index) % 32);
  return id.slice(0, 10) + random;
}
