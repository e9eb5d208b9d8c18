// Ranks models by the choices between their replies, within each set of models that are connected by such choices:
// between sets nothing can be said.

import { z95 } from '../interval.ts';
import { type Fit, fitBradleyTerry, type Pair } from './bradley-terry.ts';
import type { Choices } from './choices.ts';
import { connectedSets, isStronglyConnected } from './connected-components.ts';

export type Opponent = { model: string; wins: number; losses: number; ties: number };

export type RankedModel = {
  model: string;
  /** From 1, within its set. */
  rank: number;
  /** Number of the set of models that it can be compared with, the largest is 1. */
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

/** Half a win in each direction for every pair that met: then no strength is infinite. */
function adjusted(pair: Pair): Pair {
  return { ...pair, firstWins: pair.firstWins + 0.5, secondWins: pair.secondWins + 0.5 };
}

type Fitted = Fit & { isAdjusted: boolean };

/** The fit of one connected set, in whose order the models are numbered. */
function fitSet(set: readonly number[], pairs: readonly Pair[]): Fitted {
  const own = pairs
    .filter(({ first }) => set.includes(first))
    .map((pair) => ({ ...pair, first: set.indexOf(pair.first), second: set.indexOf(pair.second) }));
  const all = set.map((_, index) => index);
  // Where all are ties, there is no end to how likely one is.
  const hasWin = own.some(({ firstWins, secondWins }) => firstWins + secondWins > 0);
  const isBounded = hasWin && isStronglyConnected(all, own);
  const fit = fitBradleyTerry(isBounded ? own : own.map(adjusted), set.length);
  if (fit === undefined) throw new Error(`No strengths were found for ${set.length} connected models.`);
  return { ...fit, isAdjusted: !isBounded };
}

function opponentsOf(index: number, models: readonly string[], pairs: readonly Pair[]): Opponent[] {
  return pairs.flatMap(({ first, second, firstWins, secondWins, ties }) => {
    if (first !== index && second !== index) return [];
    const [other, wins, losses] =
      first === index ? [second, firstWins, secondWins] : [first, secondWins, firstWins];
    return [{ model: models[other] ?? '', wins, losses, ties }];
  });
}

/** @returns the models of each set from the strongest to the weakest, set by set */
export function rankModels(choices: readonly Choices[]): RankedModel[] {
  const models = [...new Set(choices.flatMap(({ chosen, other }) => [chosen, other]))].sort();
  const pairs = pairsOf(models, choices);
  return connectedSets(models.length, pairs).flatMap((set, place) => {
    const { strengths, standardErrors, isAdjusted } = fitSet(set, pairs);
    const ranked = set.map((index, position) => {
      const [strength, error] = [strengths[position] ?? 0, standardErrors[position] ?? 0];
      const opponents = opponentsOf(index, models, pairs);
      const sum = (of: (opponent: Opponent) => number) =>
        opponents.reduce((total, one) => total + of(one), 0);
      return {
        model: models[index] ?? '',
        ...{ set: place + 1, setSize: set.length, strength, isAdjusted, opponents },
        ...{ low: strength - z95 * error, high: strength + z95 * error },
        ...{
          wins: sum(({ wins }) => wins),
          losses: sum(({ losses }) => losses),
          ties: sum(({ ties }) => ties),
        },
      };
    });
    return ranked
      .sort((one, other) => other.strength - one.strength)
      .map((model, index) => ({ ...model, rank: index + 1 }));
  });
}
