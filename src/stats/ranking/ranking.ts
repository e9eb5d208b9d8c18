// Ranks models by the choices between their replies, within each set of models that choices connect: models of
// different sets can't be compared.
import { z95 } from '../interval.ts';
import { type Fit, fitBradleyTerry, type Pair } from './bradley-terry.ts';
import type { Choices } from './choices.ts';
import { connectedSets, isStronglyConnected } from './connected-components.ts';

export type Opponent = { model: string; wins: number; losses: number; ties: number };

export type RankedModel = {
  model: string;
  /** From 1, the strongest of its set. */
  rank: number;
  /** Number of the set of models that it can be compared with; 1 is the largest set. */
  set: number;
  setSize: number;
  strength: number;
  low: number;
  high: number;
  isAdjusted: boolean;
  wins: number;
  losses: number;
  ties: number;
  opponents: Opponent[];
};

function pairsOf(models: readonly string[], choices: readonly Choices[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const { chosen, other, wins, ties } of choices) {
    const [one, two] = [models.indexOf(chosen), models.indexOf(other)];
    const [first, second] = one < two ? [one, two] : [two, one];
    const key = `${first} ${second}`;
    const pair = pairs.get(key) ?? { first, second, firstWins: 0, secondWins: 0, ties: 0 };
    pairs.set(key, {
      ...pair,
      firstWins: pair.firstWins + (one === first ? wins : 0),
      secondWins: pair.secondWins + (one === first ? 0 : wins),
      ties: pair.ties + ties,
    });
  }
  return [...pairs.values()];
}

/** Adds half a win in each direction for every pair that met, so that no strength is infinite. */
function adjusted(pair: Pair): Pair {
  return { ...pair, firstWins: pair.firstWins + 0.5, secondWins: pair.secondWins + 0.5 };
}

type Fitted = Fit & { isAdjusted: boolean };

/** Fits one connected set; models are numbered by their position in it. */
function fitSet(set: readonly number[], pairs: readonly Pair[]): Fitted {
  const setPairs = pairs
    .filter(({ first }) => set.includes(first))
    .map((pair) => ({ ...pair, first: set.indexOf(pair.first), second: set.indexOf(pair.second) }));
  const positions = set.map((_, index) => index);
  // If all choices are ties, the most likely ν is infinite.
  const hasWin = setPairs.some(({ firstWins, secondWins }) => firstWins + secondWins > 0);
  const isAdjusted = !hasWin || !isStronglyConnected(positions, setPairs);
  const fit = fitBradleyTerry(isAdjusted ? setPairs.map(adjusted) : setPairs, set.length);
  if (fit === undefined) throw new Error(`No strengths found for ${set.length} connected models.`);
  return { ...fit, isAdjusted };
}

function opponentsOf(index: number, models: readonly string[], pairs: readonly Pair[]): Opponent[] {
  return pairs.flatMap(({ first, second, firstWins, secondWins, ties }) => {
    if (first !== index && second !== index) return [];
    const [other, wins, losses] =
      first === index ? [second, firstWins, secondWins] : [first, secondWins, firstWins];
    return [{ model: models[other] ?? '', wins, losses, ties }];
  });
}

/** @returns the models of each set from the strongest to the weakest, the largest set first */
export function rankModels(choices: readonly Choices[]): RankedModel[] {
  const models = [...new Set(choices.flatMap(({ chosen, other }) => [chosen, other]))].sort();
  const pairs = pairsOf(models, choices);
  return connectedSets(models.length, pairs).flatMap((set, setIndex) => {
    const { strengths, standardErrors, isAdjusted } = fitSet(set, pairs);
    const ranked = set.map((index, position) => {
      const [strength, error] = [strengths[position] ?? 0, standardErrors[position] ?? 0];
      const opponents = opponentsOf(index, models, pairs);
      const sum = (count: (opponent: Opponent) => number) =>
        opponents.reduce((total, opponent) => total + count(opponent), 0);
      return {
        model: models[index] ?? '',
        set: setIndex + 1,
        setSize: set.length,
        strength,
        low: strength - z95 * error,
        high: strength + z95 * error,
        isAdjusted,
        wins: sum(({ wins }) => wins),
        losses: sum(({ losses }) => losses),
        ties: sum(({ ties }) => ties),
        opponents,
      };
    });
    return ranked
      .sort((one, other) => other.strength - one.strength)
      .map((model, index) => ({ ...model, rank: index + 1 }));
  });
}
