// The parts of a split: their shares, and that a key never changes its part.
import { expect, it } from 'vitest';
import { partOf } from '../../../src/dataset/export/split.ts';

const split = [
  { name: 'train', share: 0.9 },
  { name: 'eval', share: 0.1 },
];
const keys = Array.from({ length: 10_000 }, (_, index) => `key ${index}`);

it('a split gives each part its share, and a key always the same part', () => {
  const inEval = keys.filter((key) => partOf(split, key) === 'eval');
  expect(inEval.length).toBeGreaterThan(900);
  expect(inEval.length).toBeLessThan(1_100);
  // As literals: a key must not change its part from one version to the next.
  expect(keys.slice(0, 12).map((key) => partOf(split, key))).toMatchInlineSnapshot(`
    [
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
      "train",
    ]
  `);
});

it('a smaller last part has no key that was in another part before', () => {
  const smaller = [
    { name: 'train', share: 0.95 },
    { name: 'eval', share: 0.05 },
  ];
  for (const key of keys) {
    if (partOf(smaller, key) === 'eval') expect(partOf(split, key)).toBe('eval');
  }
});

it('every key has a part, even if shares add up to slightly less than 1', () => {
  const thirds = ['a', 'b', 'c'].map((name) => ({ name, share: 1 / 3 }));
  expect(new Set(keys.map((key) => partOf(thirds, key)))).toEqual(new Set(['a', 'b', 'c']));
});
