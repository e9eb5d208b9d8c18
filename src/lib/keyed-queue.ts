// Runs tasks with the same key one after the other, in order, and tasks with different keys at the same time.

export type KeyedQueue = {
  /**
   * Resolves when the task is accepted, which is as soon as there is room. Must not be called again before that.
   * @param task must not throw
   */
  run(key: string, bytes: number, task: () => Promise<void>): Promise<void>;
  /** Resolves when all tasks are done. */
  drain(): Promise<void>;
};

/** @param limits how many keys and tasks there may be at once, and how many bytes they may hold; one task is always accepted */
export function createKeyedQueue(limits: { keys: number; tasks: number; bytes: number }): KeyedQueue {
  /** The last task of each key. */
  const tails = new Map<string, Promise<void>>();
  const accepted = { tasks: 0, bytes: 0 };
  let onRoom = () => {};

  const count = (tasks: number, bytes: number) => {
    accepted.tasks += tasks;
    accepted.bytes += bytes;
  };

  const isFull = (key: string) =>
    accepted.tasks >= limits.tasks ||
    accepted.bytes >= limits.bytes ||
    (tails.size >= limits.keys && !tails.has(key));

  return {
    async run(key, bytes, task) {
      while (isFull(key)) {
        await new Promise<void>((resolve) => {
          onRoom = resolve;
        });
      }
      count(1, bytes);
      const tail = (tails.get(key) ?? Promise.resolve()).then(task).then(() => {
        count(-1, -bytes);
        if (tails.get(key) === tail) tails.delete(key);
        onRoom();
      });
      tails.set(key, tail);
    },
    async drain() {
      await Promise.all(tails.values());
    },
  };
}
