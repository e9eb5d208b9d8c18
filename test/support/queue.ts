// What arrives, for whoever asks for it: at once, or when it comes, within a deadline.

export type Queue<Item> = {
  push(item: Item): void;
  end(): void;
  /** The next item; undefined after the end. @throws Error that names what was waited for */
  take(what: string): Promise<Item | undefined>;
};

const deadlineMs = 10_000;

export function createQueue<Item>(): Queue<Item> {
  const items: Item[] = [];
  const takers: ((item: Item | undefined) => void)[] = [];
  let hasEnded = false;
  return {
    push(item) {
      const taker = takers.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    end() {
      hasEnded = true;
      for (const taker of takers.splice(0)) taker(undefined);
    },
    take(what) {
      if (items.length > 0) return Promise.resolve(items.shift());
      if (hasEnded) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        const taker = (item: Item | undefined) => {
          clearTimeout(timer);
          resolve(item);
        };
        const timer = setTimeout(() => {
          takers.splice(takers.indexOf(taker), 1);
          reject(new Error(`Waited ${deadlineMs} ms in vain for ${what}.`));
        }, deadlineMs);
        takers.push(taker);
      });
    },
  };
}
