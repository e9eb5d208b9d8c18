// What every benchmark is given.
export type Options = {
  rounds: number;
  /**
   * Number of the first round, from 1: the order of contenders turns with it. A run of one round that belongs to a
   * series says here which round it is.
   */
  firstRound: number;
  /** How long one measurement lasts (except for streams as fast as they can). */
  seconds: number;
  /** Small enough to find out in half a minute whether the benchmark still works; the numbers then mean nothing. */
  isQuick: boolean;
  /** Name of the only case to measure; for `read` of the contender, for `replay` of the table. */
  only: string | undefined;
  /** Folder for CPU profiles of the Afterword server. */
  profile: string | undefined;
};

/** @throws Error if `only` names none of them */
export function selectNamed<Item extends { name: string }>(
  items: readonly Item[],
  only: string | undefined,
): Item[] {
  const selected = items.filter(({ name }) => only === undefined || name === only);
  if (selected.length > 0) return selected;
  const names = items.map(({ name }) => JSON.stringify(name)).join(', ');
  throw new Error(`--only ${JSON.stringify(only)} is not one of ${names}.`);
}
