// The prompts that two models answer side by side, and which reply is on which side. Kept in this browser, so that the
// page can hide the names of the models until the user has chosen.
import { useSyncExternalStore } from 'react';

/** The ids of the two replies. */
export type Comparison = { left: string; right: string };
/** By the id of the prompt. */
export type Comparisons = ReadonlyMap<string, Comparison>;

const key = 'afterword.comparisons';
/** Older comparisons are shown as ordinary siblings. */
const maxSaved = 200;
const listeners = new Set<() => void>();
let cached: { text: string | null; comparisons: Comparisons } = { text: null, comparisons: new Map() };

/** One line per comparison: ids of the prompt, the left reply and the right reply. */
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
  if (text !== cached.text) cached = { text, comparisons: parse(text) };
  return cached.comparisons;
}

export function saveComparison(promptId: string, comparison: Comparison): void {
  const all = [...new Map(read()).set(promptId, comparison)].slice(-maxSaved);
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
