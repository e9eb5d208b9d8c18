// Splits markdown that grows into its blocks, reading each only until it is finished: a long reply costs per piece what
// its last block costs, not what the whole of it would.
import { Marked, type Token } from 'marked';
import { mathSyntax } from './math-syntax.ts';

const marked: Marked = new Marked({ gfm: true, breaks: false }, mathSyntax);

export type BlockReader = {
  /** @param text the whole of it, so far */
  read(text: string): readonly Token[];
};

export function readBlocks(text: string): readonly Token[] {
  return marked.lexer(text);
}

/** Everything before the last block that holds something: what comes can only change that one. */
function countFinished(tokens: readonly Token[]): number {
  const last = tokens.findLastIndex(({ type }) => type !== 'space');
  return Math.max(last, 0);
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
      const rest = readBlocks(text.slice(finishedText.length));
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
