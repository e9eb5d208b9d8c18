// How settings are read: texts from the command line and a URL, lists from GraphQL.
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/dataset/export/recipe.ts';

describe('a setting with several values', () => {
  it('is split at its commas where it is text', () => {
    expect(readRecipe({ models: 'a, b', pairs: 'rating,correction' })).toMatchObject({
      models: ['a', 'b'],
      pairs: ['rating', 'correction'],
    });
  });

  it('is taken as it is where it is a list, with commas and spaces', () => {
    const models = ['zephyr,7b', ' a '];
    expect(readRecipe({ models, tags: ['slow, and wrong'], roles: ['user', 'assistant'] })).toMatchObject({
      models,
      tags: ['slow, and wrong'],
      roles: ['user', 'assistant'],
    });
  });

  it.each([
    ['an empty list', { models: [] }, 'models [] can'],
    ['a text without any', { tags: ' ' }, 'tags " " can'],
  ])('is refused by its name where it is %s', (_name, given, message) => {
    expect(() => readRecipe(given)).toThrow(message);
    expect(() => readRecipe(given)).toThrow('must name at least one');
  });

  it.each([
    ['a value that it does not take', { pairs: ['rating', 'guess'] }, 'pairs ["rating","guess"] can'],
    ['an empty name', { models: ['a', ''] }, 'models ["a",""] can'],
    ['no texts', { models: [7] }, 'models [7] can'],
    ['no list and no text', { roles: true }, 'roles true can'],
  ])('is refused by its name where it has %s', (_name, given, message) => {
    expect(() => readRecipe(given)).toThrow(message);
  });

  it('makes the same recipe either way', () => {
    expect(readRecipe({ source: ['reviewer', 'judge'] })).toEqual(readRecipe({ source: 'reviewer,judge' }));
  });
});
