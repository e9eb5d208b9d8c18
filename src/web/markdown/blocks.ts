// Splits markdown that grows into its blocks, reading each only until it is finished: a long reply costs per piece what
// its last block costs, not what the whole of it would.
import { Marked, type Token } from 'marked';
import { mathSyntax, openMathSyntax } from './math-syntax.ts';

const marked: Marked = new Marked({ gfm: true, breaks: false }, mathSyntax);
const growing: Marked = new Marked({ gfm: true, breaks: false }, mathSyntax, openMathSyntax);

export type BlockReader = {
  /** @param text the whole of it, so far */
  read(text: string): readonly Token[];
};

export function readBlocks(text: string): readonly Token[] {
  return marked.lexer(text);
}

/**
 * Everything before the last two blocks that hold something: what comes can change the last one, and by that add it to
 * the one before, as the point after a `2` does that follows a list.
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
      const rest = growing.lexer(text.slice(finishedText.length));
      const added = rest.slice(0, countFinished(rest));
      const grownText = finishedText + added.map(({ raw }) => raw).join('');
      // Where marked has normalised what it read, such as a line's end, its lengths are not those of the text.
      if (!text.startsWith(grownText)) {
        reset();
        return readBlocks(text);
      }
      finished = [...finished, ...added];
      finishedText = grownText;
      return [...finished, ...rest.slice(added.length)];
    },
  };
}
