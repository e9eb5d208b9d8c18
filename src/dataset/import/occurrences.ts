// Counts how often equal texts occurred, in bounded memory. The count of a text that occurred long ago may be too high,
// never too low, and is the same on every run: an id that is derived from it is unique and repeatable.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const slotCount = 2 ** 22;

function slotOf(key: string): number {
  return Buffer.from(key.slice(0, 8), 'base64url').readUInt32BE() % slotCount;
}

export class Occurrences {
  /** For texts that the cache evicted, the highest count of all that share a slot. */
  readonly #evictedMaxima = new Uint32Array(slotCount);
  readonly #recent: LRUCache<string, number>;

  /** @param maxExact how many different texts are counted exactly */
  constructor(maxExact = 200_000) {
    this.#recent = new LRUCache({
      max: maxExact,
      dispose: (count, key, reason) => {
        if (reason !== 'evict') return;
        const slot = slotOf(key);
        this.#evictedMaxima[slot] = Math.max(this.#evictedMaxima[slot] ?? 0, count);
      },
    });
  }

  /** Counts the text. @returns how often it occurred before */
  count(text: string): number {
    const key = hash('sha256', text, 'base64url');
    const before = this.#recent.get(key) ?? this.#evictedMaxima[slotOf(key)] ?? 0;
    this.#recent.set(key, before + 1);
    return before;
  }
}
