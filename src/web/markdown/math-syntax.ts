// Mathematics in markdown, as models write it: $…$ and \(…\) in a line, $$…$$ and \[…\] as blocks.
import type { MarkedExtension, Tokens } from 'marked';

export type MathToken = Tokens.Generic & { type: 'inlineMath' | 'blockMath'; text: string };

const block = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]) *(?:\n+|$)/;
const displayInLine = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])/;
// A dollar before a digit after the closing one is money: $5 and $6.
const inLine = /^(?:\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)|\\\(([\s\S]+?)\\\))/;

function tokenOf(type: MathToken['type'], match: RegExpExecArray | null): MathToken | undefined {
  if (match === null) return undefined;
  return { type, raw: match[0], text: (match[1] ?? match[2] ?? '').trim() };
}

export const mathSyntax: MarkedExtension = {
  extensions: [
    {
      name: 'blockMath',
      level: 'block',
      start: (source) => source.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
      tokenizer: (source) => tokenOf('blockMath', block.exec(source)),
    },
    {
      name: 'inlineMath',
      level: 'inline',
      start: (source) => source.match(/\$|\\[([]/)?.index,
      tokenizer: (source) =>
        tokenOf('blockMath', displayInLine.exec(source)) ?? tokenOf('inlineMath', inLine.exec(source)),
    },
  ],
};

const begun = /^ {0,3}(?:\$\$|\\\[)[ \t]*\n/;

/** For text that still grows: a block that is not closed yet lasts to its end, as an open block of code does. */
export const openMathSyntax: MarkedExtension = {
  extensions: [
    {
      name: 'openMath',
      level: 'block',
      start: (source) => source.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
      tokenizer: (source) =>
        begun.test(source) && !block.test(source) ? { type: 'openMath', raw: source } : undefined,
    },
  ],
};
