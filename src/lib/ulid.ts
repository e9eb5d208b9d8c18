// Creates and checks ULIDs, and derives them where a repeated request must produce the same id.
import { createHash, randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import { AppError } from '../errors.ts';
import type { Optional } from './optional.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

// Filled in advance: one system call for each of the 16 random characters took longer than the rest of an append in Node.
const randomness = Buffer.alloc(1_024);
let usedBytes = randomness.length;

function nextRandom(): number {
  if (usedBytes === randomness.length) {
    randomFillSync(randomness);
    usedBytes = 0;
  }
  usedBytes += 1;
  return randomness.readUInt8(usedBytes - 1) / 256;
}

/** A new ULID, greater than all that this process created before. */
export const newId: () => string = monotonicFactory(nextRandom);

/** Whether the text is a ULID in canonical form: 26 upper-case characters of Crockford's base 32. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}

/**
 * The id chosen by a client, or a new one if there is none.
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
 * The id of something that should exist.
 * @throws AppError NOT_FOUND if it is not a ULID, since then nothing has this id
 */
export function referencedId(kind: 'conversation' | 'message', id: string): string {
  if (isUlid(id)) return id;
  throw new AppError('NOT_FOUND', `There is no ${kind} ${JSON.stringify(id.slice(0, 100))}.`);
}

/** A ULID derived from another id and a purpose: always the same result, with the time of the other id. */
export function derivedId(id: string, purpose: string): string {
  const digest = createHash('sha256').update(`${purpose}:${id}`).digest();
  let random = '';
  for (let index = 0; index < 16; index += 1) random += alphabet.charAt(digest.readUInt8(index) % 32);
  return id.slice(0, 10) + random;
}
