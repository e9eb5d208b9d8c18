// How settings are read: texts from the command line and a URL, lists from GraphQL.
import { describe, expect, it } from 'vitest';
import { readRecipe } from '../../../src/dataset/export/recipe.ts';

describe('a setting with several values', () => {
  it('is split at its commas if it is a text', () => {
    expect(readRecipe({ models: 'a, b', pairs: 'rating,correction' })).toMatchObject({
      models: ['a', 'b'],
      pairs: ['rating', 'correction'],
    });
  });

  it('is unchanged if it is a list, with commas and spaces', () => {
    const models = ['zephyr,7b', ' a '];
    expect(readRecipe({ models, tags: ['slow, and wrong'], roles: ['user', 'assistant'] })).toMatchObject({
      models,
      tags: ['slow, and wrong'],
      roles: ['user', 'assistant'],
    });
  });

  it.each([
    ['an empty list', { models: [] }, 'models [] is not valid'],
    ['a blank text', { tags: ' ' }, 'tags " " is not valid'],
  ])('is refused by its name if it is %s', (_name, values, message) => {
    expect(() => readRecipe(values)).toThrow(message);
    expect(() => readRecipe(values)).toThrow('must name at least one');
  });

  it.each([
    ['an unknown value', { pairs: ['rating', 'guess'] }, 'pairs ["rating","guess"] is not valid'],
    ['an empty name', { models: ['a', ''] }, 'models ["a",""] is not valid'],
    ['a number', { models: [7] }, 'models [7] is not valid'],
    ['neither a list nor a text', { roles: true }, 'roles true is not valid'],
  ])('is refused by its name if it contains %s', (_name, values, message) => {
    expect(() => readRecipe(values)).toThrow(message);
  });

  it('makes the same recipe as a list and as a text', () => {
    expect(readRecipe({ source: ['reviewer', 'judge'] })).toEqual(readRecipe({ source: 'reviewer,judge' }));
  });
});
