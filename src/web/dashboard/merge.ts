// Merges adjacent points of a chart whose ratings are too few to mean something one by one.
import { wilson } from '../../stats/interval.ts';
import type { Point } from './series.ts';
import type { Stats } from './stats.ts';

const sizes = [1, 2, 3, 5, 7, 14];
/** Ratings per model and point, on average, that a merge aims at. */
const targetRatings = 15;
const minPoints = 5;

/** How many days or hours are merged into one point. */
export function sizeFor(points: readonly Point[]): number {
  const rows = points.flatMap(({ byModel }) => [...byModel.values()]);
  const models = new Set(rows.map(({ model }) => model?.id)).size;
  const ratings = rows.reduce((sum, { likes, dislikes }) => sum + likes + dislikes, 0);
  const perPoint = ratings / Math.max(1, models * points.length);
  const possible = sizes.filter((size) => size === 1 || points.length / size >= minPoints);
  return possible.find((size) => perPoint * size >= targetRatings) ?? possible.at(-1) ?? 1;
}

function sumOf(rows: readonly Stats[], field: (row: Stats) => number | null): number {
  return rows.reduce((sum, row) => sum + (field(row) ?? 0), 0);
}

/** Adds the counts up, and computes the rates from the sums. */
function mergeRows(rows: [Stats, ...Stats[]]): Stats {
  const [first] = rows;
  if (rows.length === 1) return first;
  const likes = sumOf(rows, (row) => row.likes);
  const dislikes = sumOf(rows, (row) => row.dislikes);
  const replies = sumOf(rows, (row) => row.replies);
  const rated = sumOf(rows, (row) => row.rated);
  const ratings = likes + dislikes;
  const interval = wilson({ count: likes, of: ratings });
  return {
    ...first,
    likes,
    dislikes,
    replies,
    rated,
    responseRate: replies === 0 ? null : rated / replies,
    likeRate: ratings === 0 ? null : likes / ratings,
    likeRateLow: interval?.low ?? null,
    likeRateHigh: interval?.high ?? null,
  };
}

/** Merges from the end, so that the newest point is complete. */
export function mergePoints(points: readonly Point[], size: number): Point[] {
  if (size === 1) return [...points];
  const merged: Point[] = [];
  for (let end = points.length; end > 0; end -= size) {
    const part = points.slice(Math.max(0, end - size), end);
    const [first] = part;
    if (first === undefined) break;
    const rows = Map.groupBy(
      part.flatMap(({ byModel }) => [...byModel]),
      ([model]) => model,
    );
    const byModel = new Map<string, Stats>();
    for (const [model, entries] of rows) {
      const [row, ...others] = entries.map(([, entry]) => entry);
      if (row !== undefined) byModel.set(model, mergeRows([row, ...others]));
    }
    merged.unshift({ bucket: first.bucket, byModel });
  }
  return merged;
}
