// What the dashboard counts, as its address says it, so that a view can be shared.
import { useSearchParams } from 'wouter';
import type { FeedbackSource } from '../api/operations.ts';

export const ranges = ['24h', '7d', '30d', '90d', 'all'] as const;
export type Range = (typeof ranges)[number];
export const sources: readonly FeedbackSource[] = ['END_USER', 'REVIEWER', 'JUDGE'];

export type DashboardView = {
  topic: string;
  /** Empty: all. */
  models: readonly string[];
  range: Range;
  source: FeedbackSource;
  /** The two models that are compared. */
  compared: readonly string[];
};

export function readView(search: URLSearchParams): DashboardView {
  const range = search.get('range');
  const source = search.get('source');
  return {
    topic: search.get('topic') || 'default',
    models: search.getAll('model'),
    range: ranges.find((one) => one === range) ?? '30d',
    source: sources.find((one) => one === source) ?? 'END_USER',
    compared: search.getAll('compare').slice(0, 2),
  };
}

export function writeView({ topic, models, range, source, compared }: DashboardView): URLSearchParams {
  const search = new URLSearchParams();
  if (topic !== 'default') search.set('topic', topic);
  for (const model of models) search.append('model', model);
  if (range !== '30d') search.set('range', range);
  if (source !== 'END_USER') search.set('source', source);
  for (const model of compared) search.append('compare', model);
  return search;
}

/** @returns the view, and what changes a part of it */
export function useView(): [DashboardView, (part: Partial<DashboardView>) => void] {
  const [search, setSearch] = useSearchParams();
  const view = readView(search);
  return [view, (part) => setSearch(writeView({ ...view, ...part }))];
}
