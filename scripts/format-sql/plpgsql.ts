// Lays out the body of a function in PL/pgSQL: one statement per line, indented by nesting. Control flow, which
// sql-formatter does not know, is handled here; SQL statements and expressions go through layout.ts.
import { layOut, layOutExpression, type Place } from './layout.ts';
import { isComment, joinTokens, type Token, textOf, tokenize } from './tokens.ts';

/** Words of PL/pgSQL that are written in upper case outside of SQL. */
const control =
  /^(DECLARE|BEGIN|END|IF|THEN|ELSIF|ELSE|FOR|FOREACH|IN|ARRAY|WHILE|LOOP|EXIT|CONTINUE|WHEN|RETURN|QUERY|PERFORM|RAISE|EXECUTE|NULL)$/i;
const isQuery = /^(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH)\b/i;
const opening = /^(DECLARE|BEGIN|THEN|ELSE|LOOP)$/;
const closing = /^(END|ELSIF|ELSE)$/;

/** @returns The body in lines. */
export function layOutBody(body: string, maxWidth: number): string[] {
  const tokens = tokenize(body);
  const lines: string[] = [];
  let depth = 0;
  let isDeclaring = false;
  while (tokens.length > 0) {
    const statement = tokens.splice(0, statementLength(tokens));
    const keyword = wordOf(statement[0]);
    const space = statement[0]?.space ?? '';
    if (isComment(statement[0]) && !space.includes('\n') && lines.length > 0) {
      lines.push(`${lines.pop()} ${textOf(statement)}`);
      continue;
    }
    if (closing.test(keyword) || (isDeclaring && keyword === 'BEGIN')) depth--;
    if (keyword === 'DECLARE') isDeclaring = true;
    else if (keyword === 'BEGIN') isDeclaring = false;
    if (/\n\s*\n/.test(space) && lines.length > 0) lines.push('');
    const place = { indent: 2 * depth, maxWidth };
    if (isDeclaring && keyword !== 'DECLARE') lines.push(...indent([joinTokens(statement)], place));
    else lines.push(...layOutStatement(statement, place));
    if (opening.test(wordOf(statement.at(-1)))) depth++;
  }
  return lines;
}

const wordOf = (token: Token | undefined) => token?.text.toUpperCase() ?? '';
const indent = (lines: string[], place: Place) => lines.map((line) => ' '.repeat(place.indent) + line);

/** @returns How many tokens the first comment or statement has, up to what it opens or its semicolon. */
function statementLength(tokens: Token[]): number {
  const keyword = wordOf(tokens[0]);
  if (isComment(tokens[0]) || /^(DECLARE|BEGIN|ELSE|LOOP)$/.test(keyword)) return 1;
  const last = /^(IF|ELSIF)$/.test(keyword) ? 'THEN' : /^(FOR|FOREACH|WHILE)$/.test(keyword) ? 'LOOP' : ';';
  let nesting = 0;
  for (const [i, token] of tokens.entries()) {
    const word = wordOf(token);
    if (nesting === 0 && word === last) return i + 1;
    if (/^([([]|CASE)$/.test(word)) nesting++;
    else if (/^([)\]]|END)$/.test(word) && nesting > 0) nesting--;
  }
  return tokens.length;
}

function layOutStatement(statement: Token[], place: Place): string[] {
  const [first = '', second = ''] = statement.map(wordOf);
  if (isComment(statement[0])) return indent([textOf(statement)], place);
  if (/^(EXCEPTION|CASE)$/.test(first)) throw new Error(`The SQL formatter cannot lay out ${first} yet.`);
  if (isQuery.test(first)) return layOut(textOf(statement), place);
  if (first === 'PERFORM') {
    const query = `SELECT${textOf(statement).slice(first.length)}`;
    const lines = layOut(query, { ...place, maxWidth: place.maxWidth - 'PERFORM'.length + 'SELECT'.length });
    return lines.with(0, lines[0]?.replace('SELECT', 'PERFORM') ?? '');
  }
  const head = headLength(statement, first, second);
  const tail = statement.at(-1)?.text === ';' ? '' : ` ${wordOf(statement.at(-1))}`;
  const content = textOf(statement.slice(head, tail ? -1 : undefined));
  if (head === 0 || content === ';') return indent([upperControl(statement)], place);
  const prefix = upperControl(statement.slice(0, head));
  return layOutContent(content, { prefix, tail }, place);
}

/** The expression or query of a statement, between what opens it, such as IF or RETURN QUERY, and THEN or LOOP. */
function layOutContent(
  content: string,
  { prefix, tail }: { prefix: string; tail: string },
  place: Place,
): string[] {
  const narrow = { ...place, maxWidth: place.maxWidth - tail.length, prefix: `${prefix} ` };
  const isWholeQuery = isQuery.test(content);
  let lines = isWholeQuery ? layOut(content, narrow) : layOutExpression(content, narrow);
  if (isWholeQuery && lines.length > 1) {
    lines = [...indent([prefix], place), ...layOut(content, { ...place, indent: place.indent + 2 })];
  }
  const last = lines.at(-1) ?? '';
  if (lines.length === 1 || last === `${' '.repeat(place.indent)})`) return lines.with(-1, last + tail);
  return tail ? [...lines, ...indent([tail.trim()], place)] : lines;
}

/** @returns How many tokens stand before the expression or query of a statement; 0 if it has none. */
function headLength(statement: Token[], first: string, second: string): number {
  if (first === 'FOR') return /^(SELECT|WITH)$/.test(wordOf(statement[3])) ? 3 : 0;
  if (/^(EXIT|CONTINUE)$/.test(first)) return second === 'WHEN' ? 2 : 0;
  if (first === 'RETURN' && /^(QUERY|NEXT)$/.test(second)) return 2;
  if (/^(IF|ELSIF|WHILE|RETURN|EXECUTE)$/.test(first)) return 1;
  return statement.findIndex(({ text }) => text === ':=') + 1;
}

const upperControl = (tokens: Token[]) =>
  joinTokens(tokens.map((token) => (control.test(token.text) ? { ...token, text: wordOf(token) } : token)));
