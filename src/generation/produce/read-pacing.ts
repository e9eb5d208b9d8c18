// Paces this node's reads from its models. A read from or write to a socket costs more than everything else that is done
// for a token: with many replies at once, their tokens are read, and so sent on, a few at a time.

export type ReadPacing = {
  /** Resolves when the next read is due; undefined while so few replies run that each token can be read by itself. */
  next(): Promise<void> | undefined;
};

const minPacedReplies = 8;
/** Below the duration of one frame of a display, so that nobody sees the pause. */
const maxPauseMs = 12;

/** @param runningCount how many replies are being produced */
export function createReadPacing(runningCount: () => number): ReadPacing {
  let pending: Promise<void> | undefined;
  return {
    next() {
      const count = runningCount();
      if (count < minPacedReplies) return undefined;
      pending ??= new Promise((resolve) => {
        setTimeout(
          () => {
            pending = undefined;
            resolve();
          },
          Math.min(count / 8, maxPauseMs),
        );
      });
      return pending;
    },
  };
}
