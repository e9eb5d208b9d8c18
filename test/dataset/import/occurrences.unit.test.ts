import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Occurrences } from '../../../src/dataset/import/occurrences.ts';

it('counts how often the same was said before', () => {
  const occurrences = new Occurrences();
  expect(['a', 'b', 'a', 'a', 'b'].map((text) => occurrences.count(text))).toEqual([0, 0, 1, 2, 1]);
});

const texts = fc.array(fc.constantFrom(...'abcdefghijklmnop'), { maxLength: 200, size: 'max' });

it('never gives a number twice for the same, and the same numbers on every run, also of what it forgot', () => {
  fc.assert(
    fc.property(texts, (said) => {
      const [once, again] = [new Occurrences(3), new Occurrences(3)];
      const counts = said.map((text) => `${text} ${once.count(text)}`);
      expect(new Set(counts).size).toBe(said.length);
      expect(said.map((text) => `${text} ${again.count(text)}`)).toEqual(counts);
      const more = new Occurrences(3);
      expect([...said, 'a', 'a'].map((text) => `${text} ${more.count(text)}`).slice(0, said.length)).toEqual(
        counts,
      );
    }),
    { numRuns: 20 },
  );
});

it('still knows the count of a text that it no longer holds', () => {
  const occurrences = new Occurrences(2);
  expect([...'aabcdeab'].map((text) => occurrences.count(text))).toEqual([0, 1, 0, 0, 0, 0, 2, 1]);
});
