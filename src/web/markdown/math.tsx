// Renders a formula. KaTeX, its styles and its fonts load with the first one; until then the source is shown.
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
  const target = useRef<HTMLSpanElement>(null);
  const [katex, setKatex] = useState<{ render: Katex['render'] }>();
  useEffect(() => {
    let isUnmounted = false;
    loadKatex().then(
      ({ render }) => !isUnmounted && setKatex({ render }),
      () => {
        // The source stays on the page, and the next formula tries to load KaTeX again.
        loading = undefined;
      },
    );
    return () => {
      isUnmounted = true;
    };
  }, []);
  useEffect(() => {
    if (katex === undefined || target.current === null) return;
    katex.render(source, target.current, {
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
      <span ref={target} />
    </Tag>
  );
}
