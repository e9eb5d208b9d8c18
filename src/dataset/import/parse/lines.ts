// Cuts a stream of bytes into lines of UTF-8 text, and holds no more of it than one line.
import { isUtf8 } from 'node:buffer';
import { AppError } from '../../../errors.ts';

/** A line that is not blank, or what is wrong with it. */
export type Line = {
  /** From 1, blank lines counted. */
  line: number;
  /** Its length, with its end. */
  bytes: number;
} & ({ text: string } | { problem: string });

export const maxLineLength = 16_777_216;
const lineFeed = 0x0a;

/** Trimmed UTF-8, or what is wrong with it. */
export function readText(bytes: Buffer): { text: string } | { problem: string } {
  if (!isUtf8(bytes)) return { problem: 'The line is no UTF-8 text.' };
  // Trimming takes the mark of the byte order away, too.
  return { text: bytes.toString('utf8').trim() };
}

/** Collects the pieces of one line, and lets go of one that grows too long. */
class LineBuffer {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #line = 0;

  add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= maxLineLength) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** The line that ends here, undefined where it is blank. */
  take(): Line | undefined {
    this.#line += 1;
    const [line, bytes] = [this.#line, this.#bytes];
    const content =
      bytes > maxLineLength
        ? { problem: `The line has ${bytes} bytes; at most ${maxLineLength} are read.` }
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
 * Only a line feed ends a line: other characters that some take for one may stand in a text.
 * @throws AppError INVALID_INPUT where the stream begins with what is no text
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const buffer = new LineBuffer();
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && chunk.includes(0)) {
      throw new AppError(
        'INVALID_INPUT',
        `This is no text file: byte ${chunk.indexOf(0) + 1} is NUL. Give a file of lines in UTF-8.`,
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
