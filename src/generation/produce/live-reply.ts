// One running reply in memory: its text and its reasoning, appended by its generation, read by any number of cursors.
import type { ByChannel, Channel } from '../provider/provider.ts';
import { createLiveText, type LiveText } from './live-text.ts';

export type LiveReply = ByChannel<Pick<LiveText, 'length' | 'read' | 'whole'>> & {
  /** Whether the reply has ended and its end is in the log. */
  readonly isClosed: boolean;
  /** The text must not end in half of a surrogate pair. */
  append(channel: Channel, text: string): void;
  close(): void;
  /** Calls the listener once, at the next change. @returns a cancel function */
  onceChanged(listener: () => void): () => void;
};

/** All of the text so far. */
export function fullText({ text, reasoning }: LiveReply): ByChannel<string> {
  return { text: text.whole(), reasoning: reasoning.whole() };
}

export function createLiveReply(): LiveReply {
  const texts = { text: createLiveText(), reasoning: createLiveText() };
  let listeners = new Set<() => void>();
  let isClosed = false;

  function changed(): void {
    const current = listeners;
    listeners = new Set();
    for (const listener of current) listener();
  }

  return {
    ...texts,
    get isClosed() {
      return isClosed;
    },
    append(channel, text) {
      texts[channel].append(text);
      changed();
    },
    close() {
      isClosed = true;
      changed();
    },
    onceChanged(listener) {
      const joined = listeners;
      joined.add(listener);
      return () => joined.delete(listener);
    },
  };
}
