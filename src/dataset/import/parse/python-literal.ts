// Parses one Python literal as repr writes it, into a value of JSON: tuples become arrays, and keys strings.
// Strict: what repr never writes is an error that names its column, never a guess.
import { AppError } from '../../../errors.ts';
import { type JsonValue, maxDepth } from './json-line.ts';

const constants: Record<string, null | boolean> = { None: null, True: true, False: false };
const closings = { '{': '}', '[': ']', '(': ')' } as const;
const plainText = { "'": /[^'\\]+/y, '"': /[^"\\]+/y };
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
const escapePattern = /\\(?:(?<plain>[\\'"nrt])|x(?<x>[\da-f]{2})|u(?<u>[\da-f]{4})|U(?<U>[\da-f]{8}))/y;
const scalarPattern = /(?<name>[A-Za-z_]\w*)|(?<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])/y;

/** Integers beyond 2^53 become strings: as numbers they would change their value. */
function numberOf(text: string): number | string | undefined {
  const value = Number(text);
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(value)) return text;
  return Number.isFinite(value) ? value : undefined;
}

class LiteralReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#at = from;
  }

  value(depth = 0): JsonValue {
    const first = this.#next();
    if (depth > maxDepth) return this.#fail(`is nested more than ${maxDepth} levels deep`);
    switch (first) {
      case '{':
        return Object.fromEntries(this.#items('{', () => this.#entry(depth)));
      case '[':
      case '(':
        return this.#items(first, () => this.value(depth + 1));
      case "'":
      case '"':
        return this.#string(first);
      default:
        return this.#scalar();
    }
  }

  end(): void {
    if (this.#next() !== '') this.#fail('is after the end of the value');
  }

  #fail(reason: string, at = this.#at): never {
    const found =
      at < this.#text.length ? JSON.stringify(this.#text.slice(at, at + 20)) : 'the end of the line';
    throw new AppError('INVALID_INPUT', `Column ${at + 1}: ${found} ${reason}.`);
  }

  /** Skips spaces. @returns the next character; '' at the end */
  #next(): string {
    while (this.#text[this.#at] === ' ') this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #items<T>(opening: keyof typeof closings, read: () => T): T[] {
    const closing = closings[opening];
    const items: T[] = [];
    this.#at += 1;
    while (this.#next() !== closing) {
      items.push(read());
      // A tuple of one item is written (1,): without the comma it would not be a tuple.
      const isSingle = opening === '(' && items.length === 1;
      const after = this.#next();
      if (after === closing && !isSingle) break;
      if (after !== ',') this.#fail(`is not the expected ${isSingle ? "','" : `',' or '${closing}'`}`);
      this.#at += 1;
      if (this.#next() === closing && !isSingle) this.#fail('is not the expected value');
    }
    this.#at += 1;
    return items;
  }

  #entry(depth: number): [string, JsonValue] {
    this.#next();
    const keyAt = this.#at;
    const key = this.value(depth + 1);
    if (typeof key === 'object' && key !== null) this.#fail('is not a key that JSON can have', keyAt);
    if (this.#next() !== ':') this.#fail("is not the expected ':'");
    this.#at += 1;
    return [String(key), this.value(depth + 1)];
  }

  #string(quote: "'" | '"'): string {
    const startAt = this.#at;
    let text = '';
    this.#at += 1;
    while (this.#text[this.#at] !== quote) {
      if (this.#at >= this.#text.length) this.#fail('begins a string that does not end', startAt);
      text += this.#match(plainText[quote])?.[0] ?? this.#escape();
    }
    this.#at += 1;
    return text;
  }

  #escape(): string {
    const escapeAt = this.#at;
    const { plain, x, u, U } = this.#match(escapePattern)?.groups ?? {};
    if (plain !== undefined) return escapes[plain] ?? plain;
    const code = Number.parseInt(x ?? u ?? U ?? '', 16);
    if (!(code <= 0x10ffff)) this.#fail('is not an escape that Python writes', escapeAt);
    return String.fromCodePoint(code);
  }

  #scalar(): JsonValue {
    const startAt = this.#at;
    const { name, number } = this.#match(scalarPattern)?.groups ?? {};
    if (name !== undefined && Object.hasOwn(constants, name)) return constants[name] ?? null;
    const value = number === undefined ? undefined : numberOf(number);
    return value ?? this.#fail('is not a value that can be read', startAt);
  }
}

/**
 * @param from where in the text the literal begins; columns count from 1, from the start of the text
 * @throws AppError INVALID_INPUT with the column of what can't be read
 */
export function parsePythonLiteral(text: string, from = 0): JsonValue {
  const reader = new LiteralReader(text, from);
  const value = reader.value();
  reader.end();
  return value;
}
