// Turns rows of statistics into series for charts: a point per day or hour, with a row per model.
import type { Stats } from './stats.ts';

const colours = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'];

/** A model, and its colour in every chart. */
export type Series = { model: string; colour: string };

/** The models with the most replies, as many as there are distinct colours. */
export function seriesOf(byModel: readonly Stats[]): Series[] {
  const shown = byModel
    .toSorted((one, other) => other.replies - one.replies)
    .slice(0, colours.length)
    .map(({ model }) => model?.id ?? '');
  // By name: the colour of a model must not change when another one overtakes it.
  return shown.toSorted().map((model, at) => ({ model, colour: `var(${colours[at]})` }));
}

export type Point = { bucket: string; byModel: ReadonlyMap<string, Stats> };

export function pointsOf(overTime: readonly Stats[]): Point[] {
  const buckets = Map.groupBy(overTime, ({ bucket }) => bucket ?? '');
  return [...buckets]
    .toSorted(([one], [other]) => Date.parse(one) - Date.parse(other))
    .map(([bucket, rows]) => ({
      bucket,
      byModel: new Map(rows.map((row) => [row.model?.id ?? '', row])),
    }));
}

export type SignalName = Stats['signals'][number]['signal'];

/** Counts of each signal over all models, the most frequent first. */
export function signalsOf(byModel: readonly Stats[]): { signal: SignalName; count: number }[] {
  const counts = new Map<SignalName, number>();
  for (const { signals } of byModel) {
    for (const { signal, count } of signals) counts.set(signal, (counts.get(signal) ?? 0) + count);
  }
  return [...counts]
    .map(([signal, count]) => ({ signal, count }))
    .toSorted((one, other) => other.count - one.count);
}
