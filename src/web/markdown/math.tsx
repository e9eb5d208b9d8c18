// A formula. KaTeX, its styles and fonts load with the first one; until then, and where it can't be read, the source shows.
import { useEffect, useRef, useState } from 'react';

type Katex = typeof import('katex').default;
let loading: Promise<Katex> | undefined;

function loadKatex(): Promise<Katex> {
  loading ??= Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(
    ([{ default: katex }]) => katex,
  );
  return loading;
}

export function MathFormula({ source, isBlock }: { source: string; isBlock: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const [katex, setKatex] = useState<{ render: Katex['render'] }>();
  useEffect(() => {
    let isGone = false;
    loadKatex().then(
      ({ render }) => !isGone && setKatex({ render }),
      () => {
        // The source stays; the next formula tries again.
        loading = undefined;
      },
    );
    return () => {
      isGone = true;
    };
  }, []);
  useEffect(() => {
    if (katex === undefined || place.current === null) return;
    katex.render(source, place.current, {
      displayMode: isBlock,
      throwOnError: false,
      trust: false,
      maxSize: 40,
      maxExpand: 500,
      strict: 'ignore',
    });
  }, [katex, source, isBlock]);
  const Tag = isBlock ? 'div' : 'span';
  return (
    <Tag className={isBlock ? 'math-block' : 'math-inline'}>
      {katex === undefined && <code>{source}</code>}
      <span ref={place} />
    </Tag>
  );
}
