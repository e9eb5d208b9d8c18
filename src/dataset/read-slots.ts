// How many long reads of the log a node lets run at once: exports over HTTP, previews and summaries share them, so that
// connections stay for everyone else.
import { AppError } from '../errors.ts';

export type ReadSlots = {
  /** @returns gives it back @throws AppError LIMIT_EXCEEDED where all are taken */
  acquire(): () => void;
};

/** @param poolSize of how many connections they may take a part: each may hold one throughout, and ask with another */
export function createReadSlots(poolSize: number): ReadSlots {
  const most = Math.max(1, Math.floor(poolSize / 4));
  let taken = 0;
  return {
    acquire() {
      if (taken >= most) {
        throw new AppError(
          'LIMIT_EXCEEDED',
          `This node reads ${most} dataset(s) at once, a quarter of DATABASE_POOL_SIZE, and as many are being read: try again soon.`,
        );
      }
      taken += 1;
      let isBack = false;
      return () => {
        if (!isBack) taken -= 1;
        isBack = true;
      };
    },
  };
}
