// Lays out one SQL statement: what fits in the width stays on one line, what does not is broken at its outermost parts.
import { type Node, parseSql } from './structure.ts';

/** A closing bracket and what follows it, if that begins with an operator. */
const afterBracket = /^((?:[)\]]|END\b)\S*) ((?:[-+*/|<>=]+|BETWEEN|IS|IN) .*)$/;

export interface Place {
  indent: number;
  maxWidth: number;
  /** Text in front of the first line. */
  prefix?: string;
}

/** Clauses whose items are a list: one that does not fit on one line begins on the line below the keyword. */
const listClause = /^(SELECT|SET|VALUES|INTO|RETURNING|GROUP BY|ORDER BY|PARTITION BY|WINDOW)\b/;

/** @returns The statement in lines. */
export function layOut(sql: string, place: Place): string[] {
  return printBlock(parseSql(sql), place);
}

/** @returns `expression` in lines, the first of which `place.prefix` opens, such as `IF` or `total :=`. */
export function layOutExpression(expression: string, place: Place): string[] {
  const [where] = parseSql(`WHERE ${expression}`);
  const nodes = (where ?? []).flatMap((part) => (typeof part === 'string' ? [] : part));
  return groupConditions(nodes).flatMap((group, i) => printGroup(group, i === 0 ? place : within(place)));
}

const fits = (text: string, { indent, maxWidth, prefix = '' }: Place) =>
  indent + prefix.length + text.length <= maxWidth;
const join = (a: string, b: string) => (/[([\s]$|^$/.test(a) || /^[)\],;]/.test(b) ? a + b : `${a} ${b}`);
const within = ({ indent, maxWidth }: Place): Place => ({ indent: indent + 2, maxWidth });
const startOf = (node: Node | undefined) => (typeof node?.[0] === 'string' ? node[0] : '');
const isComment = (node: Node | undefined) => startOf(node).startsWith('--');
const isJoin = (node: Node | undefined) => /^([A-Z]+ )*JOIN\b/.test(startOf(node));
const write = (text: string, { indent, prefix = '' }: Place) => ' '.repeat(indent) + prefix + text;

/** @returns The nodes on one line, or undefined if a comment must end a line. */
function flatten(nodes: Node[]): string | undefined {
  let text = '';
  for (const part of nodes.flat()) {
    const flat = typeof part === 'string' ? part : flatten(part);
    if (flat === undefined || /(^|\s)--/.test(flat)) return undefined;
    text = join(text, flat);
  }
  return text;
}

/** Puts each item together with the conditions that AND and OR add to it, and the comments between them. */
function groupConditions(nodes: Node[]): Node[][] {
  const groups: Node[][] = [];
  nodes.forEach((node, i) => {
    const next = nodes.slice(i).find((other) => !isComment(other));
    const group = groups.at(-1);
    if (group && next && /^(AND|OR)\b/.test(startOf(next)) && !isComment(group[0])) group.push(node);
    else groups.push([node]);
  });
  return groups;
}

/** Prints the clauses of a statement, or the content of brackets: the items of a list side by side. */
function printBlock(nodes: Node[], place: Place): string[] {
  const whole = flatten(nodes);
  const isCase = startOf(nodes[0]).startsWith('WHEN ');
  if (!isCase && whole !== undefined && fits(whole, place)) return [write(whole, place)];
  const lines: string[] = [];
  let previous: string | undefined;
  const groups = groupConditions(nodes);
  for (const group of groups) {
    const first = lines.length === 0 ? place : { ...place, prefix: '' };
    const start = startOf(group[0]);
    const flat = isBroken(group) ? undefined : flatten(group);
    const joined = `${lines.at(-1)} ${flat}`;
    if (flat !== undefined && joined.length <= place.maxWidth && mayJoin(previous, flat)) {
      lines.splice(-1, 1, joined);
    } else if (start === 'SET' && previous) {
      lines.push(...printGroup(group, { ...place, prefix: `${lines.pop()?.trim()} ` }));
    } else {
      const more = groups.length > 1 ? within(place) : { ...place, prefix: '' };
      lines.push(...printGroup(group, first, more));
    }
    previous = flat !== undefined && fits(flat, first) ? flat : undefined;
  }
  return lines;
}

/** Whether an item may stay on the line of the one before: both are plain or short, or they are clauses of few words. */
function mayJoin(previous = '', item: string): boolean {
  if (previous.endsWith(',')) {
    return [previous, item].every((text) => text.length <= 24 || !/\(|\b(CASE|AND|OR)\b/.test(text));
  }
  return (
    (item.startsWith('SET ') && /^(UPDATE|ON CONFLICT) /.test(previous)) ||
    (item.startsWith('LIMIT ') && previous.startsWith('ORDER BY ')) ||
    (item.startsWith('FROM ') && previous === 'SELECT')
  );
}

/** Whether a group is broken even if it fits on a line: each JOIN has a line of its own. */
const isBroken = ([node]: Node[]) =>
  startOf(node) === 'FROM' && typeof node?.[1] === 'object' && node[1].some((item) => isJoin(item));

/** Prints an item with its conditions: broken at OR, which binds loosest, or else at AND. */
function printGroup(group: Node[], place: Place, more = within(place)): string[] {
  const flat = isBroken(group) ? undefined : flatten(group);
  if (flat !== undefined && fits(flat, place)) return [write(flat, place)];
  const [only] = group;
  if (group.length === 1 && only) return printNode(only, place);
  const operator = group.some((node) => startOf(node).startsWith('OR ')) ? 'OR ' : 'AND ';
  const operands: Node[][] = [];
  for (const [i, node] of group.entries()) {
    const isByComment = isComment(node) || isComment(group[i - 1]);
    if (i === 0 || isByComment || startOf(node).startsWith(operator)) operands.push([node]);
    else operands.at(-1)?.push(node);
  }
  return operands.flatMap((operand, i) => printGroup(operand, i === 0 ? place : more));
}

function printNode(node: Node, place: Place): string[] {
  const [keyword, content] = node;
  if (node.length === 2 && typeof keyword === 'string' && typeof content === 'object') {
    return printClause(keyword, content, place);
  }
  return breakAtOperators(node, place) ?? breakBrackets(node, place);
}

/** Breaks before the operators that follow a bracket, or returns undefined if that does not make every line fit. */
function breakAtOperators(node: Node, place: Place): string[] | undefined {
  let text = '';
  const operands: string[] = [];
  for (const part of node) {
    const flat = flatten([[part]]);
    if (flat === undefined) return undefined;
    const [, bracket, rest] = (typeof part === 'string' && afterBracket.exec(part)) || [];
    if (bracket && rest) operands.push(join(text, bracket));
    text = rest ?? join(text, flat);
  }
  operands.push(text);
  const lines: string[] = [];
  for (const operand of operands) {
    const last = lines.at(-1);
    if (last && `${last} ${operand}`.length <= place.maxWidth) lines.splice(-1, 1, `${last} ${operand}`);
    else lines.push(write(operand, lines.length === 0 ? place : within(place)));
  }
  return operands.length > 1 && lines.every((line) => line.length <= place.maxWidth) ? lines : undefined;
}

/** Breaks the longest of the brackets, and the others only if they do not fit beside it. */
function breakBrackets(node: Node, place: Place): string[] {
  const lengths = node.map((part) => (typeof part === 'string' ? 0 : (flatten(part)?.length ?? Infinity)));
  const longest = lengths.indexOf(Math.max(...lengths));
  const lines: string[] = [];
  let line = write('', place);
  for (const [i, part] of node.entries()) {
    const flat = flatten([[part]]);
    const next = node[i + 1];
    const joined = join(line, flat ?? '') + (typeof next === 'string' ? next : '');
    if (typeof part === 'string') line = line.trim() === '' ? line + part : join(line, part);
    else if (flat !== undefined && i !== longest && joined.length <= place.maxWidth) line = join(line, flat);
    else {
      lines.push(line, ...printBlock(part, within(place)));
      line = ' '.repeat(place.indent);
    }
  }
  return [...lines, line];
}

function printClause(keyword: string, content: Node[], place: Place): string[] {
  const groups = groupConditions(content);
  if (listClause.test(keyword) && (groups.length > 1 || isComment(content[0]))) {
    return [write(keyword, place), ...printBlock(content, within(place))];
  }
  return groups.flatMap((group, i) => {
    if (i === 0) return printGroup(group, { ...place, prefix: `${place.prefix ?? ''}${keyword} ` });
    const isAtClause = keyword === 'WITH' || isJoin(group[0]);
    return printGroup(group, isAtClause ? { ...place, prefix: '' } : within(place));
  });
}
