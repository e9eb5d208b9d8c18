// Splitting a stream of bytes into lines.
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Line, maxLineBytes, readLines } from '../../../../src/dataset/import/parse/lines.ts';

async function linesOf(...chunks: (string | Buffer)[]): Promise<Line[]> {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const lines: Line[] = [];
  for await (const line of readLines(stream)) lines.push(line);
  return lines;
}

it('reads lines with their numbers and lengths, and skips blank ones', async () => {
  expect(await linesOf('one\n\n  \r\ntwo\r\nlast')).toEqual([
    { line: 1, bytes: 4, text: 'one' },
    { line: 4, bytes: 5, text: 'two' },
    { line: 5, bytes: 5, text: 'last' },
  ]);
  expect(await linesOf()).toEqual([]);
  expect(await linesOf('', '\n', '')).toEqual([]);
});

it('ends a line only at a line feed, and removes a byte order mark', async () => {
  expect(await linesOf('\ufeffa\u2028b\u0085c\rd\ne')).toMatchObject([
    { text: 'a\u2028b\u0085c\rd' },
    { text: 'e' },
  ]);
});

it('reads the same lines however the bytes are chunked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => `x${text.replaceAll('\n', '')}x`)),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      async (texts, sizes) => {
        const bytes = Buffer.from(texts.join('\n'));
        const chunks: Buffer[] = [];
        for (let from = 0, round = 0; from < bytes.length; round += 1) {
          const size = sizes[round % sizes.length] ?? 1;
          chunks.push(bytes.subarray(from, from + size));
          from += size;
        }
        const lines = await linesOf(...chunks);
        expect(lines.map((line) => 'text' in line && line.text)).toEqual(texts);
      },
    ),
  );
});

it('reports a line that is not UTF-8, and continues', async () => {
  const lines = await linesOf(Buffer.from([0x61, 0xe9, 0x0a]), 'é\n');
  expect(lines).toMatchObject([
    { line: 1, problem: 'The line is not UTF-8 text.' },
    { line: 2, text: 'é' },
  ]);
});

it('drops a line that is too long, and continues', async () => {
  const piece = 'x'.repeat(maxLineBytes / 16);
  const pieces = Array.from({ length: 40 }, () => piece);
  const lines = await linesOf(...pieces, '\nnext\n', ...pieces.slice(0, 16), '\n');
  expect(lines).toMatchObject([
    { line: 1, problem: `The line has ${2.5 * maxLineBytes} bytes; at most ${maxLineBytes} are allowed.` },
    { line: 2, text: 'next' },
    { line: 3, bytes: maxLineBytes + 1 },
  ]);
});

it('refuses a file that begins with binary data', async () => {
  await expect(linesOf(Buffer.from('a\nb\0c'))).rejects.toThrow('This is not a text file: byte 4 is NUL.');
});
