// How much the tests do. `npm test` keeps storms and random histories small; TEST_SCALE=large makes them large, as in
// .ci/run. Every case runs at either scale.

const isLarge = process.env.TEST_SCALE === 'large';

export function scaled<T>({ small, large }: { small: T; large: T }): T {
  return isLarge ? large : small;
}

/** How long a property may take, in milliseconds. */
const propertyLimitMs = scaled({ small: 90_000, large: 300_000 });
/** The timeout of a case with a property: fast-check stops first, and reports the seed. */
export const propertyTimeoutMs: number = propertyLimitMs + 10_000;

/**
 * Options of fast-check for a property over random histories. Fixed seeds make runs comparable, and the small scale the
 * beginning of the large one; TEST_SEED and TEST_RUNS choose others.
 */
export function randomRuns({ seed, ...runs }: { small: number; large: number; seed: number }) {
  return {
    numRuns: Number(process.env.TEST_RUNS ?? scaled(runs)),
    seed: Number(process.env.TEST_SEED ?? seed),
    interruptAfterTimeLimit: propertyLimitMs,
    markInterruptAsFailure: true,
  };
}
