// The cache forgets in bounded memory.
import { expect, it } from 'vitest';
import { TwoGenerationCache } from '../../src/lib/two-generation-cache.ts';

it('evicts its older generation, and reports the entries', () => {
  const evicted: string[] = [];
  const cache = new TwoGenerationCache<number>(2, (key, value) => void evicted.push(`${key}=${value}`));
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) cache.set(key, index);
  expect(evicted).toEqual(['a=0', 'b=1']);
  expect([cache.get('a'), cache.get('c'), cache.get('d')]).toEqual([undefined, 2, 3]);
  cache.set('c', 9);
  expect(cache.get('c')).toBe(9);
});
