// Which models can be ranked together: those that comparisons connect.

/** Sets of connected models, the largest first; sets of equal size are ordered by their first model. */
export function connectedSets(
  models: number,
  pairs: readonly { first: number; second: number }[],
): number[][] {
  const parents = Array.from({ length: models }, (_, model) => model);
  const findRoot = (model: number): number => {
    const parent = parents[model] ?? model;
    return parent === model ? model : findRoot(parent);
  };
  for (const { first, second } of pairs) parents[findRoot(first)] = findRoot(second);
  const sets = new Map<number, number[]>();
  for (let model = 0; model < models; model += 1) {
    const root = findRoot(model);
    sets.set(root, [...(sets.get(root) ?? []), model]);
  }
  return [...sets.values()].sort(
    (one, other) => other.length - one.length || (one[0] ?? 0) - (other[0] ?? 0),
  );
}

/**
 * Whether each model can be reached from each other by wins and ties, without which strengths are infinite: L. R. Ford (1957),
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
