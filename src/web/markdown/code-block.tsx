// A block of code, in pieces that no longer change: a long one that still grows lays out only its last piece.
import { memo } from 'react';
import { CopyButton } from '../ui/copy-button.tsx';
import styles from './markdown.module.css';

const linesPerPiece = 40;

function piecesOf(code: string): string[] {
  const lines = code.split('\n');
  const count = Math.ceil(lines.length / linesPerPiece);
  return Array.from({ length: count }, (_, at) =>
    lines.slice(at * linesPerPiece, (at + 1) * linesPerPiece).join('\n'),
  );
}

const Piece = memo(function Piece({ text }: { text: string }) {
  return <span className={styles.piece}>{`${text}\n`}</span>;
});

export function CodeBlock({ code, language }: { code: string; language: string }) {
  return (
    <figure className={styles.codeBlock}>
      <figcaption>
        <span>{language || 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre tabIndex={0}>
        <code>
          {piecesOf(code).map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
            <Piece key={at} text={text} />
          ))}
        </code>
      </pre>
    </figure>
  );
}
