// What replaces usernames in an export: numbers that are unique within one conversation, keyed hashes, or the usernames
// themselves if the recipe says so.
import { createHmac } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Recipe } from '../export/recipe.ts';

/** Replaces the usernames of one conversation. */
export type Pseudonyms = (username: string) => string;

/**
 * @param key key of the hashes
 * @returns a function that makes the pseudonyms of one conversation
 * @throws AppError INVALID_INPUT if the recipe wants hashes and there is no key
 */
export function createNames(recipe: Recipe, key: string | undefined): () => Pseudonyms {
  if (recipe.usernames) return () => (username) => username;
  if (recipe.pseudonymise) {
    if (key === undefined) {
      throw new AppError(
        'INVALID_INPUT',
        'pseudonymise needs a key: set PSEUDONYM_KEY to at least 32 characters, and keep it for later exports.',
      );
    }
    const hashOf: Pseudonyms = (username) =>
      username === '' ? '' : createHmac('sha256', key).update(username).digest('base64url').slice(0, 22);
    return () => hashOf;
  }
  return () => {
    const pseudonyms = new Map<string, string>();
    return (username) => {
      if (username === '') return '';
      const pseudonym = pseudonyms.get(username) ?? `user-${pseudonyms.size + 1}`;
      pseudonyms.set(username, pseudonym);
      return pseudonym;
    };
  };
}
