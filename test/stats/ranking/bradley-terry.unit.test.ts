// Strengths compared with published ones, with another algorithm, and with a simulated truth.
import { describe, expect, it } from 'vitest';
import { fitBradleyTerry, type Pair } from '../../../src/stats/ranking/bradley-terry.ts';
import { rankModels } from '../../../src/stats/ranking/ranking.ts';

// American League, 1987: wins of the row over the column. A. Agresti, Categorical Data Analysis, section 10.6.
const teams = ['Milwaukee', 'Detroit', 'Toronto', 'New York', 'Boston', 'Cleveland', 'Baltimore'];
const wins = [
  [0, 7, 9, 7, 7, 9, 11],
  [6, 0, 7, 5, 11, 9, 9],
  [4, 6, 0, 7, 7, 8, 12],
  [6, 8, 6, 0, 6, 7, 10],
  [6, 2, 6, 7, 0, 7, 12],
  [4, 4, 5, 6, 6, 0, 6],
  [2, 4, 1, 3, 1, 7, 0],
];
const season: Pair[] = teams.flatMap((_, first) =>
  teams.slice(first + 1).map((__, index) => {
    const second = first + 1 + index;
    return {
      first,
      second,
      firstWins: wins[first]?.[second] ?? 0,
      secondWins: wins[second]?.[first] ?? 0,
      ties: 0,
    };
  }),
);

/** Strengths and ν by minorization-maximization: D. R. Hunter (2004), Annals of Statistics 32, 384–406. */
function fitByMinorization(pairs: Pair[], models: number): { strengths: number[]; tie: number } {
  let worth = Array.from({ length: models }, () => 1);
  let tie = 1;
  const allTies = pairs.reduce((sum, { ties }) => sum + ties, 0);
  for (let round = 0; round < 20_000; round += 1) {
    const won = worth.map(() => 0);
    const denominators = worth.map(() => 0);
    let tieDenominator = 0;
    for (const { first, second, firstWins, secondWins, ties } of pairs) {
      const [p, q] = [worth[first] ?? 1, worth[second] ?? 1];
      const part = (firstWins + secondWins + ties) / (p + q + tie * Math.sqrt(p * q));
      won[first] = (won[first] ?? 0) + firstWins + ties / 2;
      won[second] = (won[second] ?? 0) + secondWins + ties / 2;
      denominators[first] = (denominators[first] ?? 0) + part * (1 + (tie / 2) * Math.sqrt(q / p));
      denominators[second] = (denominators[second] ?? 0) + part * (1 + (tie / 2) * Math.sqrt(p / q));
      tieDenominator += part * Math.sqrt(p * q);
    }
    worth = worth.map((_, index) => (won[index] ?? 0) / (denominators[index] ?? 1));
    tie = allTies / tieDenominator;
  }
  const logs = worth.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / models;
  return { strengths: logs.map((log) => log - mean), tie };
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function simulate(truth: number[], logTie: number, games: number, random: () => number): Pair[] {
  return truth.flatMap((one, first) =>
    truth.slice(first + 1).map((other, index) => {
      const pair = { first, second: first + 1 + index, firstWins: 0, secondWins: 0, ties: 0 };
      const [p, q] = [Math.exp(one), Math.exp(other)];
      const sum = p + q + Math.exp(logTie) * Math.sqrt(p * q);
      for (let game = 0; game < games; game += 1) {
        const drawn = random() * sum;
        if (drawn < p) pair.firstWins += 1;
        else if (drawn < p + q) pair.secondWins += 1;
        else pair.ties += 1;
      }
      return pair;
    }),
  );
}

describe('strengths', () => {
  it('of a baseball season are the published ones', () => {
    const fit = fitBradleyTerry(season, teams.length);
    const last = fit?.strengths[6] ?? Number.NaN;
    const published = [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0];
    for (const [index, strength] of published.entries()) {
      expect((fit?.strengths[index] ?? Number.NaN) - last).toBeCloseTo(strength, 2);
    }
    expect(fit?.tie).toBe(0);
  });

  it('with ties equal those of another algorithm', () => {
    const pairs = simulate([0.9, 0.2, -0.3, -0.8], -0.5, 40, randomFrom(7));
    const [fit, reference] = [fitBradleyTerry(pairs, 4), fitByMinorization(pairs, 4)];
    for (const [index, strength] of reference.strengths.entries()) {
      expect(fit?.strengths[index]).toBeCloseTo(strength, 6);
    }
    expect(fit?.tie).toBeCloseTo(reference.tie, 6);
  });

  it('are within their 95 % intervals of a simulated truth in about 95 % of the cases', () => {
    const truth = [1.2, 0.5, 0.1, -0.4, -1.4];
    const random = randomFrom(2026);
    let inside = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round += 1) {
      const fit = fitBradleyTerry(simulate(truth, -0.7, 60, random), truth.length);
      for (const [index, strength] of truth.entries()) {
        const distance = Math.abs((fit?.strengths[index] ?? Number.NaN) - strength);
        if (distance < 1.96 * (fit?.standardErrors[index] ?? 0)) inside += 1;
      }
    }
    const share = inside / (rounds * truth.length);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });

  it('are undefined if one of them would be infinite', () => {
    expect(
      fitBradleyTerry([{ first: 0, second: 1, firstWins: 5, secondWins: 0, ties: 0 }], 2),
    ).toBeUndefined();
  });
});

describe('a ranking', () => {
  const choice = (chosen: string, other: string, won = 1, ties = 0) => ({ chosen, other, wins: won, ties });

  it('is made for each set of models that choices connect', () => {
    const ranked = rankModels([
      choice('a', 'b', 3),
      choice('b', 'a', 1),
      choice('b', 'c', 2),
      choice('c', 'b', 1),
      choice('x', 'y', 2),
      choice('y', 'x', 1),
    ]);
    expect(ranked.map(({ model, set, setSize, rank }) => [model, set, setSize, rank])).toEqual([
      ['a', 1, 3, 1],
      ['b', 1, 3, 2],
      ['c', 1, 3, 3],
      ['x', 2, 2, 1],
      ['y', 2, 2, 2],
    ]);
    expect(
      ranked.every(({ isAdjusted, low, strength, high }) => !isAdjusted && low < strength && strength < high),
    ).toBe(true);
    expect(ranked[1]).toMatchObject({
      wins: 3,
      losses: 4,
      ties: 0,
      opponents: [
        { model: 'a', wins: 1, losses: 3, ties: 0 },
        { model: 'c', wins: 2, losses: 1, ties: 0 },
      ],
    });
  });

  it('of models that always or never won is finite, and is marked as adjusted', () => {
    const ranked = rankModels([choice('a', 'b', 9), choice('b', 'c', 2), choice('c', 'b', 2)]);
    expect(ranked.map(({ model, isAdjusted }) => [model, isAdjusted])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
    expect(ranked.every(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))).toBe(true);
  });

  it('from ties alone gives all models the same strength', () => {
    const ranked = rankModels([choice('a', 'b', 0, 4), choice('a', 'c', 0, 4), choice('b', 'c', 0, 4)]);
    expect(ranked.every(({ strength }) => Math.abs(strength) < 1e-6)).toBe(true);
    expect(ranked.map(({ ties }) => ties)).toEqual([8, 8, 8]);
  });

  it('without choices is empty', () => {
    expect(rankModels([])).toEqual([]);
  });
});
