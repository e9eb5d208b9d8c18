// What every text that comes in must be: within its size, and storable. Nothing is repaired in silence.
import { AppError } from '../errors.ts';

/** @throws AppError INVALID_INPUT where Postgres or UTF-8 can't hold the text */
function checkStorable(name: string, text: string): void {
  if (text.includes('\0')) {
    throw new AppError('INVALID_INPUT', `${name} holds a NUL character (U+0000): remove it.`);
  }
  if (!text.isWellFormed()) {
    throw new AppError(
      'INVALID_INPUT',
      `${name} holds half of a surrogate pair, which is no character: send whole ones.`,
    );
  }
}

/**
 * @param limit.bytes most bytes in UTF-8
 * @throws AppError LIMIT_EXCEEDED or INVALID_INPUT
 */
export function checkText(name: string, text: string, limit: { bytes: number }): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit.bytes) {
    throw new AppError('LIMIT_EXCEEDED', `${name} has ${bytes} bytes; at most ${limit.bytes} are taken.`);
  }
  checkStorable(name, text);
  return text;
}

/** As checkText, for a text that must say something. */
export function checkFilled(name: string, text: string, limit: { bytes: number }): string {
  if (text.trim() === '') throw new AppError('INVALID_INPUT', `${name} is empty: write something into it.`);
  return checkText(name, text, limit);
}

/** @throws AppError as checkFilled, and where it would be taken for another one */
export function checkUsername(username: string): string {
  checkFilled('username', username, { bytes: 200 });
  if (username === username.trim() && !/\p{Cc}/u.test(username)) return username;
  throw new AppError(
    'INVALID_INPUT',
    `username ${JSON.stringify(username)} has spaces around it or holds a control character: leave them out.`,
  );
}

/** Metadata: an object, at most 64 KiB as JSON. */
export function checkMetadata(name: string, value: unknown): Record<string, never> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('INVALID_INPUT', `${name} must be a JSON object, such as {"channel": "web"}.`);
  }
  const text = JSON.stringify(value, (key, inner: unknown) => {
    checkStorable(name, key);
    if (typeof inner === 'string') checkStorable(name, inner);
    return inner;
  });
  checkText(name, text, { bytes: 65_536 });
  return JSON.parse(text);
}
