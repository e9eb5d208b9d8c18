// Validates texts that come in: within their limit, and storable. Nothing is silently repaired.
import { AppError } from '../errors.ts';

/** @throws AppError INVALID_INPUT if Postgres or UTF-8 can't hold the text */
function checkStorable(name: string, text: string): void {
  if (text.includes('\0')) {
    throw new AppError('INVALID_INPUT', `${name} contains a NUL character (U+0000): remove it.`);
  }
  if (!text.isWellFormed()) {
    throw new AppError(
      'INVALID_INPUT',
      `${name} contains half of a surrogate pair, which is not a character: send both halves.`,
    );
  }
}

/**
 * @param limit.bytes maximum size in UTF-8
 * @throws AppError LIMIT_EXCEEDED or INVALID_INPUT
 */
export function checkText(name: string, text: string, limit: { bytes: number }): string {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit.bytes) {
    throw new AppError(
      'LIMIT_EXCEEDED',
      `${name} has ${bytes} bytes, and the maximum is ${limit.bytes}: shorten it.`,
    );
  }
  checkStorable(name, text);
  return text;
}

/** As checkText, for a text that must not be blank. */
export function checkFilled(name: string, text: string, limit: { bytes: number }): string {
  if (text.trim() === '')
    throw new AppError('INVALID_INPUT', `${name} is empty: give a text that is not blank.`);
  return checkText(name, text, limit);
}

/** @throws AppError as checkFilled, and INVALID_INPUT if the username could be mistaken for another one */
export function checkUsername(username: string): string {
  checkFilled('username', username, { bytes: 200 });
  if (username === username.trim() && !/\p{Cc}/u.test(username)) return username;
  throw new AppError(
    'INVALID_INPUT',
    `username ${JSON.stringify(username)} begins or ends with a space or contains a control character: leave them out.`,
  );
}

/** @throws AppError INVALID_INPUT if it is not an object that can be stored; LIMIT_EXCEEDED above 64 KiB as JSON */
export function checkMetadata(name: string, value: unknown): Record<string, never> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('INVALID_INPUT', `${name} is not a JSON object: give one such as {"channel": "web"}.`);
  }
  const text = JSON.stringify(value, (key, inner: unknown) => {
    checkStorable(name, key);
    if (typeof inner === 'string') checkStorable(name, inner);
    return inner;
  });
  checkText(name, text, { bytes: 65_536 });
  return JSON.parse(text);
}
