// Splits a file of JSON into its entries: the elements of one array, or lines. At most one entry is in memory.
import { AppError } from '../../../errors.ts';
import { type Line, maxLineBytes, readLines, readText } from './lines.ts';

const bytesOf = { quote: 0x22, escape: 0x5c, comma: 0x2c, open: [0x5b, 0x7b], close: [0x5d, 0x7d] };
const whitespace = [0x20, 0x09, 0x0a, 0x0d];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** Scans an array byte by byte, and collects the current element. */
class ArraySplitter {
  #pieces: Buffer[] = [];
  #bytes = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #count = 0;

  /** Whether the array has ended. */
  isDone = false;

  /** The elements that end in the chunk. */
  *push(chunk: Buffer): Generator<Line> {
    let from = 0;
    for (let at = 0; at < chunk.length && !this.isDone; at += 1) {
      const isBoundary = this.#scan(chunk.readUInt8(at));
      if (!isBoundary) continue;
      this.#add(chunk.subarray(from, at));
      from = at + 1;
      yield* this.#take();
    }
    if (!this.isDone) this.#add(chunk.subarray(from));
  }

  /** @returns whether an element ends, or the array begins, at this byte */
  #scan(byte: number): boolean {
    if (this.#isInString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === bytesOf.escape) this.#isEscaped = true;
      else if (byte === bytesOf.quote) this.#isInString = false;
      return false;
    }
    if (byte === bytesOf.quote) this.#isInString = true;
    else if (bytesOf.open.includes(byte)) {
      this.#depth += 1;
      return this.#depth === 1;
    } else if (bytesOf.close.includes(byte)) {
      this.#depth -= 1;
      this.isDone = this.#depth === 0;
      return this.isDone;
    }
    return byte === bytesOf.comma && this.#depth === 1;
  }

  #add(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes <= maxLineBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  *#take(): Generator<Line> {
    const bytes = this.#bytes;
    const content =
      bytes > maxLineBytes
        ? { problem: `The entry has ${bytes} bytes; at most ${maxLineBytes} are allowed.` }
        : readText(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
    if ('text' in content && content.text === '') return;
    this.#count += 1;
    yield { line: this.#count, bytes: bytes + 1, ...content };
  }
}

async function* splitArray(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const splitter = new ArraySplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  if (!splitter.isDone) {
    throw new AppError(
      'INVALID_INPUT',
      'The array in the file does not end: the file is incomplete. Export it again.',
    );
  }
}

async function* prepend(first: Buffer, remaining: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await remaining.next(); next.done !== true; next = await remaining.next()) yield next.value;
}

/** The chunks up to and with the first byte that is not whitespace. */
async function readStart(chunks: AsyncIterator<Buffer>): Promise<{ start: Buffer; isArray: boolean }> {
  let start = Buffer.alloc(0);
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    start = Buffer.concat([start, next.value]);
    const at = start.findIndex((byte) => !whitespace.includes(byte) && !byteOrderMark.includes(byte));
    if (at !== -1) return { start, isArray: start.readUInt8(at) === bytesOf.open[0] };
  }
  return { start, isArray: false };
}

/**
 * The numbered elements of a JSON array, or the lines of a file that is not an array.
 * @throws AppError INVALID_INPUT if an array does not end
 */
export async function* readElements(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { start, isArray } = await readStart(iterator);
  const all = prepend(start, iterator);
  yield* isArray ? splitArray(all) : readLines(all);
}
