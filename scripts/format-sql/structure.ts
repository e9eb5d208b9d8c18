// The structure of one SQL statement: sql-formatter finds it and shows it by indentation, one part to a line, from which
// it is read here.
import { format } from 'sql-formatter';
import { joinTokens, tokenize } from './tokens.ts';

/** Text, and the blocks nested in it: `['SELECT', columns]`, `['coalesce(', arguments, ') AS total']`. */
export type Node = (string | Node[])[];

/** @returns The clauses of `sql`, with what is in them. */
export function parseSql(sql: string): Node[] {
  // sql-formatter keeps the white space that it finds in `- 1`.
  const plain = joinTokens(tokenize(sql));
  return parse(parsableLines(restoreSpelling(plain, formatFully(plain))), 0);
}

const formatFully = (sql: string) =>
  format(sql, { language: 'postgresql', keywordCase: 'upper', expressionWidth: 1 });

/** sql-formatter writes `f (x)` for a function that it does not know, TRUE for true, and TEXT[] for text[]. */
function restoreSpelling(sql: string, formatted: string): string {
  const written = tokenize(sql);
  return tokenize(formatted)
    .map(({ text, space }, i, tokens) => {
      const isArrayType = tokens[i + 1]?.text === '[' && text !== 'ARRAY';
      if (isArrayType || /^(true|false)$/i.test(text)) return space + (written[i]?.text ?? text);
      return /^[([]$/.test(text) && space === ' ' && written[i]?.space === '' ? text : space + text;
    })
    .join('');
}

/** Corrects the lines whose indentation does not show their structure. */
function parsableLines(formatted: string): string[] {
  const lines = formatted.split('\n').flatMap((line) => {
    // INTO is a clause of its own in PL/pgSQL.
    const into = /^(\s+)([^'"]*(?:(['"])[^'"]*\3[^'"]*)*) INTO (.*)$/.exec(line);
    return into ? [`${into[1]}${into[2]}`, `${into[1]?.slice(2)}INTO`, `${into[1]}${into[4]}`] : [line];
  });
  for (let i = lines.length - 2; i >= 0; i--) {
    const [line = '', next = ''] = [lines[i], lines[i + 1]];
    // A comment belongs to what comes after it.
    if (line.trim().startsWith('--') && !isClosing(next)) lines[i] = indentOf(next) + line.trim();
    // The AND of BETWEEN is not the one of a condition.
    if (/\bBETWEEN (?!.*\bAND\b)/.test(line) && next.trim().startsWith('AND '))
      lines.splice(i, 2, `${line} ${next.trim()}`);
  }
  return lines;
}

const indentOf = (line: string) => /^ */.exec(line)?.[0] ?? '';
const isClosing = (line: string) => /^\s*([)\]]|END\b)/.test(line);

function parse(lines: string[], depth: number): Node[] {
  const nodes: Node[] = [];
  for (let line = lines[0]; line !== undefined && indentOf(line).length >= depth; line = lines[0]) {
    const last = nodes.at(-1);
    if (last && indentOf(line).length > depth) last.push(parse(lines, indentOf(line).length));
    else {
      lines.shift();
      if (last && isClosing(line) && typeof last.at(-1) !== 'string') last.push(line.trim());
      else nodes.push([line.trim()]);
    }
  }
  return nodes;
}
