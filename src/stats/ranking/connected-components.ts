// Which models can be compared: those that are connected by comparisons.

/** Sets of connected models, the largest first; of sets of one size, the one with the first model. */
export function connectedSets(
  models: number,
  pairs: readonly { first: number; second: number }[],
): number[][] {
  const root = Array.from({ length: models }, (_, model) => model);
  const find = (model: number): number => {
    const above = root[model] ?? model;
    return above === model ? model : find(above);
  };
  for (const { first, second } of pairs) root[find(first)] = find(second);
  const sets = new Map<number, number[]>();
  for (let model = 0; model < models; model += 1) {
    const place = find(model);
    sets.set(place, [...(sets.get(place) ?? []), model]);
  }
  return [...sets.values()].sort(
    (one, other) => other.length - one.length || (one[0] ?? 0) - (other[0] ?? 0),
  );
}

/**
 * Whether everyone can be reached from everyone by wins and ties, which finite strengths need: L. R. Ford (1957),
 * Solution of a ranking problem from binary comparisons, American Mathematical Monthly 64 (8), part 2, 28–33.
 */
export function isStronglyConnected(
  set: readonly number[],
  pairs: readonly { first: number; second: number; firstWins: number; secondWins: number; ties: number }[],
): boolean {
  const beaten = new Map<number, number[]>();
  const beaters = new Map<number, number[]>();
  const add = (winner: number, loser: number) => {
    beaten.set(winner, [...(beaten.get(winner) ?? []), loser]);
    beaters.set(loser, [...(beaters.get(loser) ?? []), winner]);
  };
  for (const { first, second, firstWins, secondWins, ties } of pairs) {
    if (firstWins + ties > 0) add(first, second);
    if (secondWins + ties > 0) add(second, first);
  }
  return [beaten, beaters].every((next) => reachable(set[0] ?? 0, next).size === set.length);
}

function reachable(from: number, next: ReadonlyMap<number, number[]>): Set<number> {
  const found = new Set([from]);
  for (const model of found) for (const other of next.get(model) ?? []) found.add(other);
  return found;
}
