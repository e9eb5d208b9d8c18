// Counts how often the same was said, in bounded memory. What was counted long ago may be counted too high, never
// too low, and each time the same: an identifier made with the count is never given twice, and the same on every run.
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const slots = 2 ** 22;

function slotOf(key: string): number {
  return Buffer.from(key.slice(0, 8), 'base64url').readUInt32BE() % slots;
}

export class Occurrences {
  /** Of those that are no longer among the recent, several to a slot: the highest of their counts. */
  readonly #evictedMaxima = new Uint32Array(slots);
  readonly #recent: LRUCache<string, number>;

  /** @param limit how many different ones are counted exactly, at least */
  constructor(limit = 200_000) {
    this.#recent = new LRUCache({
      max: limit,
      dispose: (count, key, reason) => {
        if (reason !== 'evict') return;
        const slot = slotOf(key);
        this.#evictedMaxima[slot] = Math.max(this.#evictedMaxima[slot] ?? 0, count);
      },
    });
  }

  /** How often this was counted before. */
  count(text: string): number {
    const key = hash('sha256', text, 'base64url');
    const before = this.#recent.get(key) ?? this.#evictedMaxima[slotOf(key)] ?? 0;
    this.#recent.set(key, before + 1);
    return before;
  }
}
