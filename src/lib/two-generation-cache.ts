// Remembers what was lately used, in bounded memory.

/** Between limit and twice the limit of the entries that were set last. */
export class TwoGenerationCache<Value> {
  #young = new Map<string, Value>();
  // Forgotten all at once: a Map that loses its oldest entry again and again walks over the holes that it leaves.
  #old = new Map<string, Value>();
  readonly #limit: number;
  readonly #onForgotten: (key: string, value: Value) => void;

  /** @param onForgotten is told of an entry that goes; it may have been set anew since */
  constructor(limit: number, onForgotten: (key: string, value: Value) => void = () => {}) {
    this.#limit = limit;
    this.#onForgotten = onForgotten;
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#limit) return;
    for (const [forgotten, last] of this.#old) this.#onForgotten(forgotten, last);
    this.#old = this.#young;
    this.#young = new Map();
  }
}
