// An async iterator that computes its next value on demand: the source of every subscription. Not an async generator,
// whose return() would wait for the next value before it releases anything.

export type Pull = {
  /** Whether the reader has left. */
  readonly isClosed: boolean;
  /** Waits until `finish` is called, or the reader leaves. @param subscribe returns a cancel function */
  wait(subscribe: (finish: () => void) => () => void): Promise<undefined>;
  pause(ms: number): Promise<undefined>;
  /**
   * Runs work that queries Postgres. A broken connection must not end the reader, so it may fail for a while.
   * @returns undefined, after a pause, if it failed
   * @throws what it throws, once it has failed for maxUnavailableMs
   */
  retryWhileUnavailable<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Makes the value that is returned now the last one. */
  finish(): void;
};

/** How long a reader is kept while Postgres does not answer, and the pause between two attempts. */
export const maxUnavailableMs = 10_000;
export const retryPauseMs = 250;

/**
 * @param advance takes one step: returns the next value, or undefined if it has to be called again
 * @param onClose called once, when the reader leaves, the last value was returned, or a step has thrown
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
    wait(subscribe) {
      return new Promise((resolve) => {
        const finish = () => {
          wake = undefined;
          cancel();
          resolve(undefined);
        };
        const cancel = subscribe(finish);
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
          // A value that is there already is returned without a microtask of its own: with thousands of readers it counts.
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
