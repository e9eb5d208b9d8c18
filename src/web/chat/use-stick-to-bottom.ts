// Keeps the end of growing content in view while the reader is at the end, and stops when they scroll up.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

const nearPx = 48;

type StickToBottom = {
  /** The element that scrolls, and the growing element inside it. */
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isScrolledUp: boolean;
  scrollToBottom(): void;
};

/** @param key names the content: another key starts at the end again */
export function useStickToBottom(key: string): StickToBottom {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtBottom = useRef(true);
  const [isScrolledUp, setScrolledUp] = useState(false);

  const scrollToBottom = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    isAtBottom.current = true;
    element.scrollTop = element.scrollHeight;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another conversation starts at its end
  useLayoutEffect(scrollToBottom, [key, scrollToBottom]);

  useEffect(() => {
    const element = scroller.current;
    const growing = content.current;
    if (element === null || growing === null) return;
    let lastTop = element.scrollTop;
    const onScroll = () => {
      const distancePx = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Content that grows below must not count as scrolling: only a scroll upwards leaves the end.
      if (distancePx < nearPx) isAtBottom.current = true;
      else if (element.scrollTop < lastTop - 1) isAtBottom.current = false;
      lastTop = element.scrollTop;
      setScrolledUp(!isAtBottom.current);
    };
    const observer = new ResizeObserver(() => {
      if (isAtBottom.current) scrollToBottom();
      else onScroll();
    });
    // Scrolls before anything is painted: a ResizeObserver may run a frame late when the page is busy.
    const mutations = new MutationObserver(() => {
      if (isAtBottom.current) scrollToBottom();
    });
    mutations.observe(growing, { childList: true, characterData: true, subtree: true });
    observer.observe(growing);
    observer.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      mutations.disconnect();
      element.removeEventListener('scroll', onScroll);
    };
  }, [scrollToBottom]);

  return { scroller, content, isScrolledUp, scrollToBottom };
}
