// A source that computes its next value when it is asked for it: what every subscription is. Not an async generator,
// whose return() would wait for the next value before it frees anything.

export type Pull = {
  /** The reader has left. */
  readonly isClosed: boolean;
  /** Waits until `finish` is called, or the reader leaves. @param begin returns how to take the wait back */
  wait(begin: (finish: () => void) => () => void): Promise<undefined>;
  pause(ms: number): Promise<undefined>;
  /**
   * Work that asks Postgres: a connection that broke is no reason to leave the reader, so it is tried for a while.
   * @returns undefined where it failed, after a pause
   * @throws what it throws, once it has failed for patienceMs
   */
  retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** The value that is given now is the last one. */
  finish(): void;
};

/** How long a reader is kept while Postgres does not answer, and the pause between two attempts. */
export const maxUnavailableMs = 10_000;
export const retryPauseMs = 250;

/**
 * @param advance takes one step: gives the next value, or undefined where it has to be called again
 * @param onClose called once, when the reader leaves, the source is finished, or a step has thrown
 */
export function createPullIterator<T>(
  advance: (pull: Pull) => T | undefined | Promise<T | undefined>,
  onClose: () => void,
): AsyncIterableIterator<T> {
  let isClosed = false;
  let isLast = false;
  let failingSince: number | undefined;
  /** Ends the wait that next() is in. */
  let wake: (() => void) | undefined;

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    onClose();
    wake?.();
  }

  const pull: Pull = {
    get isClosed() {
      return isClosed;
    },
    wait(begin) {
      return new Promise((resolve) => {
        const finish = () => {
          wake = undefined;
          release();
          resolve(undefined);
        };
        const release = begin(finish);
        wake = finish;
      });
    },
    pause(ms) {
      return pull.wait((finish) => {
        const timer = setTimeout(finish, ms);
        return () => clearTimeout(timer);
      });
    },
    async retryWhileUnavailable(work) {
      try {
        const result = await work();
        failingSince = undefined;
        return result;
      } catch (error) {
        failingSince ??= Date.now();
        if (Date.now() - failingSince > maxUnavailableMs) throw error;
        await pull.pause(retryPauseMs);
        return undefined;
      }
    },
    finish() {
      isLast = true;
    },
  };

  return {
    async next() {
      try {
        while (!isClosed && !isLast) {
          const step = advance(pull);
          // What is there already is given without a turn of the queue: it counts with thousands of readers.
          const value = step instanceof Promise ? await step : step;
          if (value !== undefined && !isClosed) return { value, done: false };
        }
      } catch (error) {
        close();
        throw error;
      }
      close();
      return { value: undefined, done: true };
    },
    return() {
      close();
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
