// Formats a file of CREATE FUNCTION statements: the heads here, the bodies by their language. Comments and the blank
// lines between statements stay as they are written.
import { layOut } from './layout.ts';
import { layOutBody } from './plpgsql.ts';
import { assertSameTokens, isComment, joinTokens, type Token, textOf, tokenize } from './tokens.ts';

const maxWidth = 110;

/** @returns The text of the file, formatted. @throws If that would change more than white space and the case of words. */
export function formatFunctions(sql: string): string {
  const tokens = tokenize(sql);
  const lines: string[] = [];
  while (tokens.length > 0) {
    const statement = tokens.splice(0, statementLength(tokens));
    const space = statement[0]?.space ?? '';
    if (/\n\s*\n/.test(space) && lines.length > 0) lines.push('');
    if (isComment(statement[0])) lines.push(textOf(statement));
    else lines.push(...layOutStatement(statement));
  }
  const formatted = `${lines.join('\n')}\n`;
  assertSameTokens(sql, formatted);
  return formatted;
}

const isQuote = ({ text }: Token) => /^\$\w*\$$/.test(text);

/** @returns How many tokens the first comment or statement has. */
function statementLength(tokens: Token[]): number {
  if (isComment(tokens[0])) return 1;
  let quote = '';
  const end = tokens.findIndex((token) => {
    if (isQuote(token) && (quote === '' || quote === token.text)) quote = quote ? '' : token.text;
    return quote === '' && token.text === ';';
  });
  return end < 0 ? tokens.length : end + 1;
}

function layOutStatement(statement: Token[]): string[] {
  const open = statement.findIndex(isQuote);
  if (open < 0) return [joinTokens(statement)];
  const close = statement.findIndex((token, i) => i > open && token.text === statement[open]?.text);
  const head = statement.slice(0, open + 1);
  const language = head.findIndex(({ text }) => text.toUpperCase() === 'LANGUAGE');
  if (language < 0) throw new Error('The LANGUAGE of a function must be named before its body.');
  const body = statement.slice(open + 1, close);
  // White space means something in a string, and a string in dollar quotes looks like SQL here.
  if (body.some(isQuote))
    throw new Error('The SQL formatter cannot lay out dollar quotes within a function yet.');
  return [
    ...layOutSignature(head.slice(0, language)),
    ...layOutOptions(head.slice(language)),
    ...layOutBodyOf(head[language + 1]?.text.toLowerCase(), textOf(body)),
    joinTokens(statement.slice(close)),
  ];
}

function layOutBodyOf(language: string | undefined, body: string): string[] {
  if (language === 'plpgsql') return layOutBody(body, maxWidth);
  if (language === 'sql') return layOut(body, { indent: 0, maxWidth });
  throw new Error(`The SQL formatter does not know the language ${language}.`);
}

/** On one line if it fits, or else with RETURNS on its own, or else with each parameter or column on its own. */
function layOutSignature(signature: Token[]): string[] {
  const whole = joinTokens(signature);
  if (whole.length <= maxWidth) return [whole];
  const returns = signature.findIndex(({ text }) => text.toUpperCase() === 'RETURNS');
  return [signature.slice(0, returns), signature.slice(returns)].flatMap((tokens) => {
    const line = joinTokens(tokens);
    if (line.length <= maxWidth) return [line];
    const open = tokens.findIndex(({ text }) => text === '(') + 1;
    const close = tokens.findLastIndex(({ text }) => text === ')');
    const items = joinTokens(tokens.slice(open, close)).split(/(?<=,) /);
    return [
      joinTokens(tokens.slice(0, open)),
      ...items.map((item) => `  ${item}`),
      joinTokens(tokens.slice(close)),
    ];
  });
}

/** On one line if it fits and has no comment, or else with each SET and the AS on a line of its own. */
function layOutOptions(options: Token[]): string[] {
  const line = joinTokens(options);
  if (line.length <= maxWidth && !options.some(isComment)) return [line];
  const lines: Token[][] = [];
  for (const token of options) {
    const startsLine = isComment(token) || isComment(lines.at(-1)?.[0]) || /^(SET|AS)$/i.test(token.text);
    if (startsLine || lines.length === 0) lines.push([token]);
    else lines.at(-1)?.push(token);
  }
  return lines.map(joinTokens);
}
