// Strengths of models from comparisons in pairs, by the model of R. A. Bradley and M. E. Terry (1952), Rank analysis
// of incomplete block designs, Biometrika 39, 324–345, with the ties of R. R. Davidson (1970), On extending the
// Bradley-Terry model to accommodate ties in paired comparison experiments, JASA 65, 317–328: of strengths p and q the
// first wins in the proportion p, the second q, and both are as good in the proportion ν·√(p·q).
//
// Strengths are logarithms here and of mean zero. They are the most likely ones, found by Newton's method; intervals
// come from the inverse of the observed information, as each strength less the mean of all.
import { invert } from './matrix.ts';

/** How two models fared against each other: wins of the first, of the second, and ties. */
export type Pair = { first: number; second: number; firstWins: number; secondWins: number; ties: number };

export type Fit = {
  /** By model, as logarithms, of mean zero. */
  strengths: number[];
  standardErrors: number[];
  /** Davidson's ν; 0 where nothing is tied. */
  tie: number;
};

const maxSteps = 100;
const maxStep = 2;
const precise = 1e-10;

type Shares = { first: number; second: number; tie: number };

function sharesOf(one: number, other: number, logTie: number): Shares {
  const most = Math.max(one, other);
  const [p, q] = [Math.exp(one - most), Math.exp(other - most)];
  const t = Math.exp(logTie) * Math.sqrt(p * q);
  const sum = p + q + t;
  return { first: p / sum, second: q / sum, tie: t / sum };
}

type Slope = { gradient: Float64Array; information: Float64Array[] };

/** Gradient and negative Hessian of the log-likelihood; the last parameter is log ν, where there are ties. */
function slopeAt(pairs: readonly Pair[], at: Float64Array, models: number): Slope {
  const size = at.length;
  const hasTies = size > models;
  const gradient = new Float64Array(size);
  const information = Array.from({ length: size }, () => new Float64Array(size));
  const add = (row: number, column: number, value: number) => {
    const cells = information[row];
    if (cells !== undefined) cells[column] = (cells[column] ?? 0) + value;
  };
  for (const { first, second, firstWins, secondWins, ties } of pairs) {
    const total = firstWins + secondWins + ties;
    const logTie = hasTies ? (at[models] ?? 0) : Number.NEGATIVE_INFINITY;
    const share = sharesOf(at[first] ?? 0, at[second] ?? 0, logTie);
    // How each outcome changes with the parameters: a win counts whole for the winner, a tie half for both.
    const places = hasTies ? [first, second, models] : [first, second];
    const outcomes = [
      { share: share.first, count: firstWins, by: [1, 0, 0] },
      { share: share.second, count: secondWins, by: [0, 1, 0] },
      { share: share.tie, count: ties, by: [0.5, 0.5, 1] },
    ];
    const mean = places.map((_, index) =>
      outcomes.reduce((sum, one) => sum + one.share * (one.by[index] ?? 0), 0),
    );
    for (const [row, place] of places.entries()) {
      const seen = outcomes.reduce((sum, one) => sum + one.count * (one.by[row] ?? 0), 0);
      gradient[place] = (gradient[place] ?? 0) + seen - total * (mean[row] ?? 0);
      for (const [column, other] of places.entries()) {
        const both = outcomes.reduce(
          (sum, one) => sum + one.share * (one.by[row] ?? 0) * (one.by[column] ?? 0),
          0,
        );
        add(place, other, total * (both - (mean[row] ?? 0) * (mean[column] ?? 0)));
      }
    }
  }
  // The likelihood does not change when all strengths rise alike: this holds their mean where it is.
  for (let row = 0; row < models; row += 1)
    for (let column = 0; column < models; column += 1) add(row, column, 1);
  return { gradient, information };
}

function centered(values: Float64Array): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...values].map((value) => value - mean);
}

/**
 * @param models how many; each must be connected with every other, in both directions, by wins or ties
 * @returns undefined where that is not so: some strength would be infinite
 */
export function fitBradleyTerry(pairs: readonly Pair[], models: number): Fit | undefined {
  const hasTies = pairs.some(({ ties }) => ties > 0);
  const at = new Float64Array(models + (hasTies ? 1 : 0));
  for (let step = 0; step < maxSteps; step += 1) {
    const { gradient, information } = slopeAt(pairs, at, models);
    const inverse = invert(information);
    if (inverse === undefined) return undefined;
    const moves = inverse.map((row) =>
      row.reduce((sum, value, index) => sum + value * (gradient[index] ?? 0), 0),
    );
    const largest = Math.max(...moves.map(Math.abs));
    // Far from the top a whole step may go beyond it.
    const part = Math.min(1, maxStep / largest);
    for (const [index, move] of moves.entries()) at[index] = (at[index] ?? 0) + part * move;
    if (largest > precise) continue;
    return {
      strengths: centered(at.subarray(0, models)),
      // 1/models² of the variance is that of the mean, which is held.
      standardErrors: inverse
        .slice(0, models)
        .map((row, index) => Math.sqrt(Math.max(0, (row[index] ?? 0) - 1 / (models * models)))),
      tie: hasTies ? Math.exp(at[models] ?? 0) : 0,
    };
  }
  return undefined;
}
