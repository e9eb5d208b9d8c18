// Which prompts two models answer side by side, and on which side each: known to this browser, so that the page can keep
// their names to itself until its reader has chosen.
import { useSyncExternalStore } from 'react';

/** The ids of the two replies. */
export type Comparison = { left: string; right: string };
/** By the id of the prompt. */
export type Comparisons = ReadonlyMap<string, Comparison>;

const key = 'afterword.comparisons';
/** Older ones are shown as the siblings that they are. */
const maxKept = 200;
const listeners = new Set<() => void>();
let known: { text: string | null; comparisons: Comparisons } = { text: null, comparisons: new Map() };

/** A line each: the prompt, the left reply, the right one. */
function parse(text: string | null): Comparisons {
  const comparisons = new Map<string, Comparison>();
  for (const line of text?.split('\n') ?? []) {
    const [prompt, left, right] = line.split(' ');
    if (prompt && left && right) comparisons.set(prompt, { left, right });
  }
  return comparisons;
}

function read(): Comparisons {
  const text = localStorage.getItem(key);
  if (text !== known.text) known = { text, comparisons: parse(text) };
  return known.comparisons;
}

export function remember(promptId: string, comparison: Comparison): void {
  const all = [...new Map(read()).set(promptId, comparison)].slice(-maxKept);
  localStorage.setItem(key, all.map(([prompt, { left, right }]) => `${prompt} ${left} ${right}`).join('\n'));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    removeEventListener('storage', listener);
  };
}

export const useComparisons = (): Comparisons => useSyncExternalStore(subscribe, read);
