// A block of code, rendered in pieces: while a long one grows, only its last piece is laid out again.
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
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {piecesOf(code).map((text, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their position
            <Piece key={at} text={text} />
          ))}
        </code>
      </pre>
    </figure>
  );
}
