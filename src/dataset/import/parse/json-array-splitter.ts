// Cuts a file of JSON into its entries: the elements of one array, or lines. It holds no more of it than one entry.
import { AppError } from '../../../errors.ts';
import { type Line, maxLineLength, readLines, readText } from './lines.ts';

const code = { quote: 0x22, escape: 0x5c, comma: 0x2c, open: [0x5b, 0x7b], close: [0x5d, 0x7d] };
const blank = [0x20, 0x09, 0x0a, 0x0d];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Follows an array byte by byte, and collects the element that it is in. */
class ArrayCutter {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #count = 0;

  /** Whether the array has come to its end. */
  isDone = false;

  /** The elements that end in the chunk. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let at = 0; at < chunk.length && !this.isDone; at += 1) {
      const isBoundary = this.#step(chunk.readUInt8(at));
      if (!isBoundary) continue;
      this.#keep(chunk.subarray(from, at));
      from = at + 1;
      yield* this.#take();
    }
    if (!this.isDone) this.#keep(chunk.subarray(from));
  }

  /** Whether an element ends, or the array begins, at this byte. */
  #step(byte: number): boolean {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === code.escape) this.#isEscaped = true;
      else if (byte === code.quote) this.#isText = false;
      return false;
    }
    if (byte === code.quote) this.#isText = true;
    else if (code.open.includes(byte)) {
      this.#depth += 1;
      return this.#depth === 1;
    } else if (code.close.includes(byte)) {
      this.#depth -= 1;
      this.isDone = this.#depth === 0;
      return this.isDone;
    }
    return byte === code.comma && this.#depth === 1;
  }

  #keep(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= maxLineLength) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  *#take(): Generator<Line> {
    const bytes = this.#bytes;
    const content =
      bytes > maxLineLength
        ? { problem: `The entry has ${bytes} bytes; at most ${maxLineLength} are read.` }
        : readText(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
    if ('text' in content && content.text === '') return;
    this.#count += 1;
    yield { line: this.#count, bytes: bytes + 1, ...content };
  }
}

async function* cutArray(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const cutter = new ArrayCutter();
  for await (const chunk of chunks) yield* cutter.push(chunk);
  if (!cutter.isDone) {
    throw new AppError(
      'INVALID_INPUT',
      'The array of the file has no end: the file is cut off. Export it again.',
    );
  }
}

async function* prepend(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** The first bytes, up to the first that is not blank. */
async function readStart(chunks: AsyncIterator<Buffer>): Promise<{ start: Buffer; isArray: boolean }> {
  let start = Buffer.alloc(0);
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    start = Buffer.concat([start, next.value]);
    const at = start.findIndex((byte) => !blank.includes(byte) && !byteOrderMark.includes(byte));
    if (at !== -1) return { start, isArray: start.readUInt8(at) === code.open[0] };
  }
  return { start, isArray: false };
}

/**
 * The entries of a JSON array by their numbers, or the lines of a file that is none.
 * @throws AppError INVALID_INPUT where an array has no end
 */
export async function* readElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { start, isArray } = await readStart(iterator);
  const all = prepend(start, iterator);
  yield* isArray ? cutArray(all) : readLines(all);
}
