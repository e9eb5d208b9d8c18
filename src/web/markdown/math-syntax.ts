// Syntax of formulas in markdown, as models write them: $…$ and \(…\) inline, $$…$$ and \[…\] as blocks.
import type { MarkedExtension, Tokens } from 'marked';

export type MathToken = Tokens.Generic & { type: 'inlineMath' | 'blockMath'; text: string };

const block = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]) *(?:\n+|$)/;
const displayInline = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])/;
// A closing dollar before a digit is money, not a formula: $5 and $6.
const inline = /^(?:\$(?!\s)((?:\\.|[^$\\\n])+?)(?<!\s)\$(?!\d)|\\\(([\s\S]+?)\\\))/;

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
        tokenOf('blockMath', displayInline.exec(source)) ?? tokenOf('inlineMath', inline.exec(source)),
    },
  ],
};

const openBlock = /^ {0,3}(?:\$\$|\\\[)[ \t]*\n/;

/** For growing text: a block that is not closed yet extends to the end of the text, as an open code block does. */
export const openMathSyntax: MarkedExtension = {
  extensions: [
    {
      name: 'openMath',
      level: 'block',
      start: (source) => source.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
      tokenizer: (source) =>
        openBlock.test(source) && !block.test(source) ? { type: 'openMath', raw: source } : undefined,
    },
  ],
};
