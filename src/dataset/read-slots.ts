// A semaphore for long reads of the log: exports over HTTP, previews and summaries of a node share its slots, so that
// database connections remain for everything else.
import { AppError } from '../errors.ts';

export type ReadSlots = {
  /** @returns a release function @throws AppError LIMIT_EXCEEDED if all slots are taken */
  acquire(): () => void;
};

/** @param poolSize a quarter of it are slots: a reader holds one connection throughout, and queries with another */
export function createReadSlots(poolSize: number): ReadSlots {
  const maxSlots = Math.max(1, Math.floor(poolSize / 4));
  let takenCount = 0;
  return {
    acquire() {
      if (takenCount >= maxSlots) {
        throw new AppError(
          'LIMIT_EXCEEDED',
          `This node is already reading ${maxSlots} dataset(s), the maximum (a quarter of DATABASE_POOL_SIZE): try again later.`,
        );
      }
      takenCount += 1;
      let isReleased = false;
      return () => {
        if (!isReleased) takenCount -= 1;
        isReleased = true;
      };
    },
  };
}
