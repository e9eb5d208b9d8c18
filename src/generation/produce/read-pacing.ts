// The beat at which this node reads its models. Each read from and write to a socket costs more than all else that
// is done for a token; with many replies at once their tokens are read, and so sent on, a few at a time.

export type ReadPacing = {
  /** The next beat; undefined while so few replies run that each token may be read by itself. */
  next(): Promise<void> | undefined;
};

const fewReplies = 8;
/** At the most what one frame of a display shows together. */
const maxPauseMs = 12;

/** @param runningCount how many replies are being produced */
export function createReadPacing(runningCount: () => number): ReadPacing {
  let pending: Promise<void> | undefined;
  return {
    next() {
      const count = runningCount();
      if (count < fewReplies) return undefined;
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
