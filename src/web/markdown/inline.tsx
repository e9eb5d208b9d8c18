// Renders inline markdown as elements. Text of a model is never parsed as HTML, so no script in it can run.
import type { MarkedToken, Token } from 'marked';
import type { ReactNode } from 'react';
import { decodeEntities } from './entities.ts';
import { MathFormula } from './math.tsx';
import { safeUrl } from './safe-url.ts';

function Link({ href, children }: { href: string; children: ReactNode }) {
  const url = safeUrl(href);
  if (url === undefined) return <span>{children}</span>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Loading an image would reveal the reader to its host, so only a link is shown. */
function Picture({ href, text }: { href: string; text: string }) {
  return <Link href={href}>{`🖼 ${text || href}`}</Link>;
}

function renderInlineToken(anyToken: Token, key: number): ReactNode {
  const token = anyToken as MarkedToken;
  switch (token.type) {
    case 'strong':
      return <strong key={key}>{renderInline(token.tokens)}</strong>;
    case 'em':
      return <em key={key}>{renderInline(token.tokens)}</em>;
    case 'del':
      return <del key={key}>{renderInline(token.tokens)}</del>;
    case 'codespan':
      return <code key={key}>{token.text}</code>;
    case 'br':
      return <br key={key} />;
    case 'link':
      return (
        <Link key={key} href={token.href}>
          {renderInline(token.tokens)}
        </Link>
      );
    case 'image':
      return <Picture key={key} href={token.href} text={token.text} />;
    case 'text':
      return 'tokens' in token && token.tokens !== undefined
        ? renderInline(token.tokens)
        : decodeEntities(token.text);
    case 'escape':
      return token.text;
    default:
      return renderOther(anyToken, key);
  }
}

function renderOther(token: Token, key: number): ReactNode {
  if (token.type === 'inlineMath' || token.type === 'blockMath') {
    const source = 'text' in token ? String(token.text) : '';
    return <MathFormula key={key} source={source} isBlock={token.type === 'blockMath'} />;
  }
  // HTML, and any other syntax, is shown as it was written.
  return token.raw;
}

export function renderInline(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map(renderInlineToken);
}
