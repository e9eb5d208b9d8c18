import { expect, it } from 'vitest';
import { partOf } from '../../../src/dataset/export/split.ts';

const split = [
  { name: 'train', share: 0.9 },
  { name: 'eval', share: 0.1 },
];
const keys = Array.from({ length: 10_000 }, (_, index) => `key ${index}`);

it('a split gives each part its share, and each key always the same part', () => {
  const inEval = keys.filter((key) => partOf(split, key) === 'eval');
  expect(inEval.length).toBeGreaterThan(900);
  expect(inEval.length).toBeLessThan(1_100);
  // Written down: these must not change from one version to the next.
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

it('a smaller share of the last part takes no key from the others', () => {
  const smaller = [
    { name: 'train', share: 0.95 },
    { name: 'eval', share: 0.05 },
  ];
  for (const key of keys) {
    if (partOf(smaller, key) === 'eval') expect(partOf(split, key)).toBe('eval');
  }
});

it('shares that add up to a little less than 1 leave no key without a part', () => {
  const thirds = ['a', 'b', 'c'].map((name) => ({ name, share: 1 / 3 }));
  expect(new Set(keys.map((key) => partOf(thirds, key)))).toEqual(new Set(['a', 'b', 'c']));
});
