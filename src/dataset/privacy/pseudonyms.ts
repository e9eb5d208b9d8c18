// What usernames look like outside: numbers that mean something within one conversation only, keyed hashes, or the
// names themselves where they were asked for.
import { createHmac } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Recipe } from '../export/recipe.ts';

/** The names of one conversation. */
export type Pseudonyms = (username: string) => string;

/**
 * @param key of the hashes
 * @returns makes the names of one conversation
 * @throws AppError INVALID_INPUT where hashes are asked for and there is no key
 */
export function createNames(recipe: Recipe, key: string | undefined): () => Pseudonyms {
  if (recipe.usernames) return () => (username) => username;
  if (recipe.pseudonymise) {
    if (key === undefined) {
      throw new AppError(
        'INVALID_INPUT',
        'pseudonymise needs a key: set PSEUDONYM_KEY, of at least 32 characters, and keep it.',
      );
    }
    const hashOf: Pseudonyms = (username) =>
      username === '' ? '' : createHmac('sha256', key).update(username).digest('base64url').slice(0, 22);
    return () => hashOf;
  }
  return () => {
    const numbers = new Map<string, string>();
    return (username) => {
      if (username === '') return '';
      const known = numbers.get(username) ?? `user-${numbers.size + 1}`;
      numbers.set(username, known);
      return known;
    };
  };
}
