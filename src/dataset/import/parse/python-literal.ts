// Reads one Python literal as repr writes it, into what JSON would hold: tuples become lists, and keys text.
// Strict: what repr never writes is an error that names its column, never a guess.
import { AppError } from '../../../errors.ts';

export type Literal = null | boolean | number | string | Literal[] | { [key: string]: Literal };

const deepest = 100;
const constants: Record<string, null | boolean> = { None: null, True: true, False: false };
const closings = { '{': '}', '[': ']', '(': ')' } as const;
const plainText = { "'": /[^'\\]+/y, '"': /[^"\\]+/y };
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
const escapeForm = /\\(?:(?<plain>[\\'"nrt])|x(?<x>[\da-f]{2})|u(?<u>[\da-f]{4})|U(?<U>[\da-f]{8}))/y;
const scalarForm = /(?<name>[A-Za-z_]\w*)|(?<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w.])/y;

/** Whole numbers beyond 2^53 stay text: as a number they would become another one. */
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

  value(depth = 0): Literal {
    const first = this.#next();
    if (depth > deepest) return this.#fail(`is nested more than ${deepest} deep`);
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
    if (this.#next() !== '') this.#fail('stands behind the end');
  }

  #fail(reason: string, at = this.#at): never {
    const found =
      at < this.#text.length ? JSON.stringify(this.#text.slice(at, at + 20)) : 'the end of the line';
    throw new AppError('INVALID_INPUT', `Column ${at + 1}: ${found} ${reason}.`);
  }

  /** The next character that is no space; '' at the end. */
  #next(): string {
    while (this.#text[this.#at] === ' ') this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at;
    const match = form.exec(this.#text);
    if (match !== null) this.#at = form.lastIndex;
    return match;
  }

  #items<T>(opening: keyof typeof closings, read: () => T): T[] {
    const closing = closings[opening];
    const items: T[] = [];
    this.#at += 1;
    while (this.#next() !== closing) {
      items.push(read());
      // A tuple of one is written (1,): without the comma it would be none.
      const isSingle = opening === '(' && items.length === 1;
      const after = this.#next();
      if (after === closing && !isSingle) break;
      if (after !== ',') this.#fail(`stands where ${isSingle ? "','" : `',' or '${closing}'`} should`);
      this.#at += 1;
      if (this.#next() === closing && !isSingle) this.#fail('stands where another value should');
    }
    this.#at += 1;
    return items;
  }

  #entry(depth: number): [string, Literal] {
    this.#next();
    const keyAt = this.#at;
    const key = this.value(depth + 1);
    if (typeof key === 'object' && key !== null) this.#fail('is no key that JSON can hold', keyAt);
    if (this.#next() !== ':') this.#fail("stands where ':' should");
    this.#at += 1;
    return [String(key), this.value(depth + 1)];
  }

  #string(quote: "'" | '"'): string {
    const startAt = this.#at;
    let text = '';
    this.#at += 1;
    while (this.#text[this.#at] !== quote) {
      if (this.#at >= this.#text.length) this.#fail('begins a text without an end', startAt);
      text += this.#match(plainText[quote])?.[0] ?? this.#escape();
    }
    this.#at += 1;
    return text;
  }

  #escape(): string {
    const escapeAt = this.#at;
    const { plain, x, u, U } = this.#match(escapeForm)?.groups ?? {};
    if (plain !== undefined) return escapes[plain] ?? plain;
    const code = Number.parseInt(x ?? u ?? U ?? '', 16);
    if (!(code <= 0x10ffff)) this.#fail('is no escape that Python writes', escapeAt);
    return String.fromCodePoint(code);
  }

  #scalar(): Literal {
    const startAt = this.#at;
    const { name, number } = this.#match(scalarForm)?.groups ?? {};
    if (name !== undefined && Object.hasOwn(constants, name)) return constants[name] ?? null;
    const value = number === undefined ? undefined : numberOf(number);
    return value ?? this.#fail('is no value that can be read', startAt);
  }
}

/**
 * @param from where in the text the literal begins; columns are counted from the start of the text, from 1
 * @throws AppError INVALID_INPUT with the column of what can't be read
 */
export function parsePythonLiteral(text: string, from = 0): Literal {
  const reader = new LiteralReader(text, from);
  const value = reader.value();
  reader.end();
  return value;
}
