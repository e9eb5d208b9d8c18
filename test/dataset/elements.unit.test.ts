// The entries of an array, wherever the chunks of the file are cut.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readElements } from '../../src/dataset/elements.ts';

async function entriesOf(text: string, cut: number): Promise<unknown[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
  }
  const entries: unknown[] = [];
  for await (const entry of readElements(chunks())) {
    expect(entry.line).toBe(entries.length + 1);
    entries.push('text' in entry ? JSON.parse(entry.text) : entry.problem);
  }
  return entries;
}

it('finds every entry of an array, whatever texts hold and wherever it is cut', async () => {
  const values = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })));
  await fc.assert(
    fc.asyncProperty(values, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (all, cut, isPretty) => {
      const expected: unknown = JSON.parse(JSON.stringify(all));
      expect(await entriesOf(JSON.stringify(all, null, isPretty ? 1 : 0), cut)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

it('reads lines where there is no array', async () => {
  expect(await entriesOf('{"a":1}\n{"b":"[,]"}\n', 1_000)).toEqual([{ a: 1 }, { b: '[,]' }]);
});

it('says that an array is cut off', async () => {
  await expect(entriesOf('[{"a":1},{"b"', 1_000)).rejects.toThrow('has no end');
});
