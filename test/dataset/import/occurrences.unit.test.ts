// Counting texts in bounded memory.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Occurrences } from '../../../src/dataset/import/occurrences.ts';

it('counts how often a text occurred before', () => {
  const occurrences = new Occurrences();
  expect(['a', 'b', 'a', 'a', 'b'].map((text) => occurrences.count(text))).toEqual([0, 0, 1, 2, 1]);
});

const texts = fc.array(fc.constantFrom(...'abcdefghijklmnop'), { maxLength: 200, size: 'max' });

it('a text never gets a count twice, and the same counts on every run, even after it was evicted', () => {
  fc.assert(
    fc.property(texts, (drawn) => {
      const [first, second] = [new Occurrences(3), new Occurrences(3)];
      const counts = drawn.map((text) => `${text} ${first.count(text)}`);
      expect(new Set(counts).size).toBe(drawn.length);
      expect(drawn.map((text) => `${text} ${second.count(text)}`)).toEqual(counts);
      const longer = new Occurrences(3);
      const all = [...drawn, 'a', 'a'].map((text) => `${text} ${longer.count(text)}`);
      expect(all.slice(0, drawn.length)).toEqual(counts);
    }),
    { numRuns: 20 },
  );
});

it('still knows the count of a text that was evicted', () => {
  const occurrences = new Occurrences(2);
  expect([...'aabcdeab'].map((text) => occurrences.count(text))).toEqual([0, 1, 0, 0, 0, 0, 2, 1]);
});
