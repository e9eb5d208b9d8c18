// Renders a reply as markdown. Finished blocks are not rendered again while the rest streams.
import type { MarkedToken, Token, Tokens } from 'marked';
import { memo, type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { createBlockReader, readBlocks } from './blocks.ts';
import { CodeBlock } from './code-block.tsx';
import { renderInline } from './inline.tsx';
import styles from './markdown.module.css';
import { MathFormula } from './math.tsx';

/** All headings get the level below the reply's: models skip levels, which confuses navigation by headings. */
function Heading({ depth, tokens }: Tokens.Heading) {
  return <h3 data-depth={depth}>{renderInline(tokens)}</h3>;
}

function ListItem({ item }: { item: Tokens.ListItem }) {
  const isTask = item.task && item.checked !== undefined;
  return (
    <li className={isTask ? styles.task : undefined}>
      {isTask && <input type="checkbox" checked={item.checked} disabled aria-label="task" />}
      {renderBlocks(item.tokens.filter(({ type }) => type !== 'checkbox'))}
    </li>
  );
}

function List({ ordered, start, items }: Tokens.List) {
  const children = items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: an item has no identity but its position
    <ListItem key={at} item={item} />
  ));
  if (!ordered) return <ul>{children}</ul>;
  return <ol start={start === '' ? undefined : start}>{children}</ol>;
}

function Cells({ cells, as: Tag }: { cells: readonly Tokens.TableCell[]; as: 'th' | 'td' }) {
  return cells.map(({ align, tokens }, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no identity but its position
    <Tag key={at} data-align={align ?? undefined}>
      {renderInline(tokens)}
    </Tag>
  ));
}

function Table({ header, rows }: Tokens.Table) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={styles.table} tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            <Cells cells={header} as="th" />
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity but its position
            <tr key={at}>
              <Cells cells={cells} as="td" />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function renderBlock(anyToken: Token): ReactNode {
  const token = anyToken as MarkedToken;
  switch (token.type) {
    case 'heading':
      return <Heading {...token} />;
    case 'paragraph':
      return <p>{renderInline(token.tokens)}</p>;
    case 'code':
      return <CodeBlock code={token.text} language={token.lang ?? ''} />;
    case 'blockquote':
      return <blockquote>{renderBlocks(token.tokens)}</blockquote>;
    case 'list':
      return <List {...token} />;
    case 'table':
      return <Table {...token} />;
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
      return null;
    case 'text':
      return renderInline([token]);
    default:
      return renderOther(anyToken);
  }
}

function renderOther(token: Token): ReactNode {
  if (token.type === 'blockMath')
    return <MathFormula source={'text' in token ? String(token.text) : ''} isBlock />;
  // HTML, and any other syntax, is shown as it was written.
  return <p className={styles.raw}>{token.raw}</p>;
}

const Block = memo(
  function Block({ token }: { token: Token }) {
    return renderBlock(token);
  },
  (before, after) => before.token === after.token || before.token.raw === after.token.raw,
);

function renderBlocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a block has no identity but its position
    <Block key={at} token={token} />
  ));
}

/** @param isGrowing whether more text will be appended */
export function Markdown({ text, isGrowing }: { text: string; isGrowing: boolean }) {
  const [reader] = useState(createBlockReader);
  // Rendering a long block can take longer than a frame: deferred, it does not delay the reader's input.
  const shown = useDeferredValue(text);
  const tokens = useMemo(
    () => (isGrowing ? reader.read(shown) : readBlocks(shown)),
    [reader, shown, isGrowing],
  );
  return <div className={styles.markdown}>{renderBlocks(tokens)}</div>;
}
