// Splits SQL and PL/pgSQL into tokens, and checks that a formatted text is still the same: only white space between
// tokens and the case of unquoted words may differ.

export interface Token {
  text: string;
  /** The white space before it. */
  space: string;
}

const token = new RegExp(
  [
    /--[^\n]*|\/\*[\s\S]*?\*\//, // comments
    /\b[eE]'(?:[^'\\]|''|\\[\s\S])*'|(?:\b[xXbBnN]|\b[uU]&)?'(?:[^']|'')*'/, // strings
    /"(?:[^"]|"")*"|\$\w*\$/, // quoted names and dollar quotes
    /[\p{L}_][\p{L}\w$]*|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/u, // words and numbers
    /::|:=|\.\.|(?:(?!--|\/\*)[-+*/<>=~!@#%^&|`?])+|[^\s]/, // operators and punctuation
  ]
    .map(({ source }) => source)
    .join('|'),
  'gu',
);

/** @returns The tokens of `sql`. The text between dollar quotes is split like the rest. */
export function tokenize(sql: string): Token[] {
  let end = 0;
  return Array.from(sql.matchAll(token), ({ 0: text, index }) => {
    const space = sql.slice(end, index);
    end = index + text.length;
    return { text, space };
  });
}

export const isComment = (token: Token | undefined): boolean => /^(--|\/\*)/.test(token?.text ?? '');

/** @returns The tokens as they were written. */
export const textOf = (tokens: Token[]): string =>
  tokens
    .map(({ text, space }) => space + text)
    .join('')
    .trim();

/** @returns The tokens with one space where there was white space, and with a line break only where a comment needs it. */
export function joinTokens(tokens: Token[]): string {
  const texts = tokens.map((token, i) => {
    if (i === 0) return token.text;
    const breaksLine = isComment(tokens[i - 1]) || (isComment(token) && token.space.includes('\n'));
    return (breaksLine ? '\n' : token.space && ' ') + token.text;
  });
  return texts.join('');
}

/** @throws If `after` is not the same SQL as `before`. */
export function assertSameTokens(before: string, after: string): void {
  const [old, formatted] = [tokenize(before), tokenize(after)];
  for (let i = 0; i < Math.max(old.length, formatted.length); i++) {
    const [a, b] = [old[i]?.text, formatted[i]?.text];
    if (foldCase(a) === foldCase(b)) continue;
    throw new Error(
      `Formatting would change ${a ?? 'the end of the file'} into ${b ?? 'the end of the file'}.`,
    );
  }
}

/** The case of an unquoted word means nothing, nor does space at the end of a comment. */
function foldCase(text: string | undefined): string | undefined {
  const isWord = text !== undefined && /^[\p{L}_][^']*$/u.test(text);
  return isWord ? text.toLowerCase() : text?.trimEnd();
}
