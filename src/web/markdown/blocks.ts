// Splits growing markdown into blocks, and parses only those that are not finished: each piece of a long reply costs what
// its last blocks cost, not what the entire text does.
import { Marked, type Token } from 'marked';
import { mathSyntax, openMathSyntax } from './math-syntax.ts';

const marked: Marked = new Marked({ gfm: true, breaks: false }, mathSyntax);
const growing: Marked = new Marked({ gfm: true, breaks: false }, mathSyntax, openMathSyntax);

export type BlockReader = {
  /** @param text the entire text so far */
  read(text: string): readonly Token[];
};

export function readBlocks(text: string): readonly Token[] {
  return marked.lexer(text);
}

/**
 * The number of tokens before the last two blocks with content. More text can change the last block, and a changed block
 * can become part of the one before it: a `2` after a list becomes an item when its dot arrives.
 */
function countFinished(tokens: readonly Token[]): number {
  const filled = tokens.flatMap(({ type }, at) => (type === 'space' ? [] : [at]));
  return filled.at(-2) ?? 0;
}

export function createBlockReader(): BlockReader {
  let finished: readonly Token[] = [];
  let finishedText = '';

  function reset(): void {
    finished = [];
    finishedText = '';
  }

  return {
    read(text) {
      if (!text.startsWith(finishedText)) reset();
      const unfinished = growing.lexer(text.slice(finishedText.length));
      const added = unfinished.slice(0, countFinished(unfinished));
      const grownText = finishedText + added.map(({ raw }) => raw).join('');
      // If marked normalised the text, such as a line ending, its lengths are not those of the text.
      if (!text.startsWith(grownText)) {
        reset();
        return readBlocks(text);
      }
      finished = [...finished, ...added];
      finishedText = grownText;
      return [...finished, ...unfinished.slice(added.length)];
    },
  };
}
