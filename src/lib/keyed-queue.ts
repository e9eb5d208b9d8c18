// Runs tasks in their order where they have the same key, and at the same time where they don't.

export type KeyedQueue = {
  /**
   * Resolves when the task is taken on, which is as soon as there is room. Called again only after that.
   * @param task must not throw
   */
  run(key: string, bytes: number, task: () => Promise<void>): Promise<void>;
  /** Resolves when all tasks are done. */
  drain(): Promise<void>;
};

/** @param room how many keys and tasks there may be at once, and how many bytes they may hold; one task always may */
export function createKeyedQueue(room: { keys: number; tasks: number; bytes: number }): KeyedQueue {
  /** The last task of each key. */
  const tails = new Map<string, Promise<void>>();
  const taken = { tasks: 0, bytes: 0 };
  let onRoom = () => {};

  const give = (tasks: number, bytes: number) => {
    taken.tasks += tasks;
    taken.bytes += bytes;
  };

  const isFull = (key: string) =>
    taken.tasks >= room.tasks || taken.bytes >= room.bytes || (tails.size >= room.keys && !tails.has(key));

  return {
    async run(key, bytes, task) {
      while (isFull(key)) {
        await new Promise<void>((resolve) => {
          onRoom = resolve;
        });
      }
      give(1, bytes);
      const own = (tails.get(key) ?? Promise.resolve()).then(task).then(() => {
        give(-1, -bytes);
        if (tails.get(key) === own) tails.delete(key);
        onRoom();
      });
      tails.set(key, own);
    },
    async drain() {
      await Promise.all(tails.values());
    },
  };
}
