// Strengths of models from comparisons in pairs, by the model of R. A. Bradley and M. E. Terry (1952), Rank analysis
// of incomplete block designs, Biometrika 39, 324–345, with the ties of R. R. Davidson (1970), On extending the
// Bradley-Terry model to accommodate ties in paired comparison experiments, JASA 65, 317–328: of strengths p and q the
// first wins in the proportion p, the second q, and both are equally good in the proportion ν·√(p·q).
//
// Strengths are logarithms with mean zero: the maximum of the likelihood, found by Newton's method. Standard errors
// come from the inverse of the observed information, of each strength less the mean of all.
import { invert } from './matrix.ts';

/** The record of two models against each other. */
export type Pair = { first: number; second: number; firstWins: number; secondWins: number; ties: number };

export type Fit = {
  /** By model: logarithms with mean zero. */
  strengths: number[];
  standardErrors: number[];
  /** Davidson's ν; 0 if nothing is tied. */
  tie: number;
};

const maxSteps = 100;
/** Longer steps of a strength may overshoot the maximum. */
const maxStep = 2;
const tolerance = 1e-10;

type Shares = { first: number; second: number; tie: number };

function sharesOf(one: number, other: number, logTie: number): Shares {
  // Divided by the larger one, so that no exponential overflows.
  const larger = Math.max(one, other);
  const [p, q] = [Math.exp(one - larger), Math.exp(other - larger)];
  const t = Math.exp(logTie) * Math.sqrt(p * q);
  const sum = p + q + t;
  return { first: p / sum, second: q / sum, tie: t / sum };
}

type Slope = { gradient: Float64Array; information: Float64Array[] };

/** Gradient and negative Hessian of the log-likelihood; if there are ties, the last parameter is log ν. */
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
    // How each outcome changes with the parameters: a win counts fully for the winner, a tie half for both.
    const parameters = hasTies ? [first, second, models] : [first, second];
    const outcomes = [
      { share: share.first, count: firstWins, by: [1, 0, 0] },
      { share: share.second, count: secondWins, by: [0, 1, 0] },
      { share: share.tie, count: ties, by: [0.5, 0.5, 1] },
    ];
    const mean = parameters.map((_, index) =>
      outcomes.reduce((sum, one) => sum + one.share * (one.by[index] ?? 0), 0),
    );
    for (const [row, parameter] of parameters.entries()) {
      const observed = outcomes.reduce((sum, one) => sum + one.count * (one.by[row] ?? 0), 0);
      gradient[parameter] = (gradient[parameter] ?? 0) + observed - total * (mean[row] ?? 0);
      for (const [column, otherParameter] of parameters.entries()) {
        const both = outcomes.reduce(
          (sum, one) => sum + one.share * (one.by[row] ?? 0) * (one.by[column] ?? 0),
          0,
        );
        add(parameter, otherParameter, total * (both - (mean[row] ?? 0) * (mean[column] ?? 0)));
      }
    }
  }
  // The likelihood is the same when all strengths rise by the same amount: this term fixes their mean.
  for (let row = 0; row < models; row += 1)
    for (let column = 0; column < models; column += 1) add(row, column, 1);
  return { gradient, information };
}

function centered(values: Float64Array): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...values].map((value) => value - mean);
}

/**
 * @param models how many there are; each must be connected with every other, in both directions, by wins or ties
 * @returns undefined if they are not: some strength would be infinite
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
    const maxMove = Math.max(...moves.map(Math.abs));
    const fraction = Math.min(1, maxStep / maxMove);
    for (const [index, move] of moves.entries()) at[index] = (at[index] ?? 0) + fraction * move;
    if (maxMove > tolerance) continue;
    return {
      strengths: centered(at.subarray(0, models)),
      // 1/models² of the variance is the variance of the mean, which is fixed.
      standardErrors: inverse
        .slice(0, models)
        .map((row, index) => Math.sqrt(Math.max(0, (row[index] ?? 0) - 1 / (models * models)))),
      tie: hasTies ? Math.exp(at[models] ?? 0) : 0,
    };
  }
  return undefined;
}
