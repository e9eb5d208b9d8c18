// What was acquired, and how to release it: in reverse order, each, even if another fails.
import type { Logger } from './logger.ts';

export type Releases = {
  add(name: string, release: () => Promise<unknown>): void;
  releaseAll(): Promise<void>;
};

export function createReleases(log: Logger): Releases {
  const releases: { name: string; release: () => Promise<unknown> }[] = [];
  return {
    add(name, release) {
      releases.push({ name, release });
    },
    async releaseAll() {
      for (const { name, release } of releases.splice(0).reverse()) {
        await release().catch((error: unknown) => log.error({ err: error, name }, 'could not be released'));
      }
    },
  };
}
