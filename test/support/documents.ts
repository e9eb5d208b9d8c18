// The documents of the repository and the code blocks in them. What a block is for follows from its language alone.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository: string = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block, with the language that its fence names. */
export type Block = { language: string; body: string };

/** A document: its path in the repository, and its text. */
export type Document = { path: string; text: string };

function readDocument(path: string): Document {
  return { path, text: readFileSync(`${repository}${path}`, 'utf8') };
}

/** Every Markdown file of the repository. */
export function readAllDocuments(): Document[] {
  const exclude = (path: string) => /(^|\/)(node_modules|generated)$/.test(path);
  const paths = globSync(['**/*.md', '.github/**/*.md'], { cwd: repository, exclude });
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(readDocument);
}

/** What users read: the README, then the pages of docs/. */
export function readUserDocuments(): Document[] {
  const isPage = ({ path }: Document) => path.startsWith('docs/');
  return [readDocument('README.md'), ...readAllDocuments().filter(isPage)];
}

/** The blocks of a document, in their order. @throws Error if a fence is not closed */
export function blocksOf({ path, text }: Document): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] ?? '', lines: [] };
    else {
      blocks.push({ language: open.language, body: `${open.lines.join('\n')}\n` });
      open = undefined;
    }
  }
  if (open === undefined) return blocks;
  throw new Error(`${path} opens a block with \`\`\`${open.language} and does not close it.`);
}

/** The text of a document without its code: what links and headings are looked for in. */
export function proseOf({ text }: Document): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}
