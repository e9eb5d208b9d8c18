// Keeps what grows in view while its reader is at the end of it, and leaves them alone where they have scrolled away.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const nearPx = 48;

type Bottom = {
  /** What scrolls, and what grows in it. */
  frame: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isAway: boolean;
  toBottom(): void;
};

/** @param key another one begins at the end again */
export function useBottom(key: string): Bottom {
  const frame = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isHeld = useRef(true);
  const [isAway, setAway] = useState(false);

  const toBottom = useCallback(() => {
    const element = frame.current;
    if (element === null) return;
    isHeld.current = true;
    element.scrollTop = element.scrollHeight;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation is read from its end
  useLayoutEffect(toBottom, [key, toBottom]);

  useEffect(() => {
    const element = frame.current;
    const growing = content.current;
    if (element === null || growing === null) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const restPx = element.scrollHeight - element.scrollTop - element.clientHeight;
      // What has grown below moves nobody away: only who scrolls up wants to leave the end.
      if (restPx < nearPx) isHeld.current = true;
      else if (element.scrollTop < lastTop - 1) isHeld.current = false;
      lastTop = element.scrollTop;
      setAway(!isHeld.current);
    };
    const observer = new ResizeObserver(() => {
      if (isHeld.current) toBottom();
      else onScroll();
    });
    // At once, before anything is painted: an observer of sizes may come a frame late when the page is busy.
    const growth = new MutationObserver(() => {
      if (isHeld.current) toBottom();
    });
    growth.observe(growing, { childList: true, characterData: true, subtree: true });
    observer.observe(growing);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      growth.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [toBottom]);

  return { frame, content, isAway, toBottom };
}
