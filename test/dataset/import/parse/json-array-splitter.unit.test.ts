// Splitting a file into the elements of its array, or into lines.
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readElements } from '../../../../src/dataset/import/parse/json-array-splitter.ts';
import { type Line, maxLineBytes } from '../../../../src/dataset/import/parse/lines.ts';

async function elementsOf(...chunks: (string | Buffer)[]): Promise<Line[]> {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const elements: Line[] = [];
  for await (const element of readElements(stream)) elements.push(element);
  return elements;
}
const textsIn = (lines: Line[]) => lines.map((line) => ('text' in line ? line.text : line.problem));

it('splits an array into its numbered elements', async () => {
  expect(await elementsOf('\ufeff [ {"a": "],[\\"}"},\n[1, 2] , "x"\n]\n')).toMatchObject([
    { line: 1, text: '{"a": "],[\\"}"}' },
    { line: 2, text: '[1, 2]' },
    { line: 3, text: '"x"' },
  ]);
  expect(await elementsOf('[]')).toEqual([]);
});

it('reads the lines of a file that is not an array', async () => {
  expect(await elementsOf('{"a": 1}\n\n{"a": 2}')).toMatchObject([
    { line: 1 },
    { line: 3, text: '{"a": 2}' },
  ]);
  expect(await elementsOf()).toEqual([]);
  expect(await elementsOf(' \n')).toEqual([]);
});

it('reads the same elements however the file is chunked and indented', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1 }),
      fc.constantFrom(undefined, 1, '\t'),
      fc.integer({ min: 1, max: 9 }),
      async (values, indent, size) => {
        const bytes = Buffer.from(JSON.stringify(values, null, indent));
        const count = Math.ceil(bytes.length / size);
        const chunks = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
        const texts = textsIn(await elementsOf(...chunks));
        expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(values)));
      },
    ),
  );
});

it('reports what is wrong with an element, and continues after it', async () => {
  const long = `"${'x'.repeat(maxLineBytes)}"`;
  expect(textsIn(await elementsOf('[1, ', Buffer.from([0x22, 0xff, 0x22]), `, ${long}, 2]`))).toEqual([
    '1',
    'The line is not UTF-8 text.',
    `The entry has ${maxLineBytes + 3} bytes; at most ${maxLineBytes} are allowed.`,
    '2',
  ]);
});

it('an array that does not end is an error, after all its elements', async () => {
  await expect(elementsOf('[1, 2, {"a": ')).rejects.toThrow(/^The array in the file does not end/);
});
