// Splits a stream of bytes into lines of UTF-8 text, with at most one line in memory.
import { isUtf8 } from 'node:buffer';
import { AppError } from '../../../errors.ts';

/** A line that is not blank, or what is wrong with it. */
export type Line = {
  /** Its number, from 1; blank lines count. */
  line: number;
  /** Its length in bytes, with the line feed. */
  bytes: number;
} & ({ text: string } | { problem: string });

export const maxLineBytes = 16_777_216;
const lineFeed = 0x0a;

/** Decodes and trims a line, or says what is wrong with it. */
export function readText(bytes: Buffer): { text: string } | { problem: string } {
  if (!isUtf8(bytes)) return { problem: 'The line is not UTF-8 text.' };
  // Trimming also removes a byte order mark.
  return { text: bytes.toString('utf8').trim() };
}

/** Collects the pieces of one line, and drops a line that grows too long. */
class LineBuffer {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #line = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= maxLineBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** The line that ends here; undefined if it is blank. */
  take(): Line | undefined {
    this.#line += 1;
    const [line, bytes] = [this.#line, this.#bytes];
    const content =
      bytes > maxLineBytes
        ? { problem: `The line has ${bytes} bytes; at most ${maxLineBytes} are allowed.` }
        : readText(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
    return 'text' in content && content.text === '' ? undefined : { line, bytes: bytes + 1, ...content };
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }
}

/**
 * Only a line feed ends a line: other line separators of Unicode may be part of a text.
 * @throws AppError INVALID_INPUT if the stream begins with binary data
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const buffer = new LineBuffer();
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && chunk.includes(0)) {
      throw new AppError(
        'INVALID_INPUT',
        `This is not a text file: byte ${chunk.indexOf(0) + 1} is NUL. Give a file of lines in UTF-8.`,
      );
    }
    isFirst = false;
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, from)) {
      buffer.add(chunk.subarray(from, end));
      from = end + 1;
      const line = buffer.take();
      if (line !== undefined) yield line;
    }
    if (from < chunk.length) buffer.add(chunk.subarray(from));
  }
  const last = buffer.isEmpty ? undefined : buffer.take();
  if (last !== undefined) yield last;
}
