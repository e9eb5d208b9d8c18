// What the dashboard counts. The address of the page holds all of it, so that a view can be shared.
import { useSearchParams } from 'wouter';
import type { FeedbackSource } from '../api/operations.ts';
import { findOption, optionsOf } from '../ui/options.ts';

export type Range = '24h' | '7d' | '30d' | '90d' | 'all';

export const rangeOptions = optionsOf<Range>({
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  all: 'All time',
});

export const sourceOptions = optionsOf<FeedbackSource>({
  END_USER: 'End users',
  REVIEWER: 'Reviewers',
  JUDGE: 'Judges',
});

export type DashboardView = {
  topic: string;
  /** Empty: all models. */
  models: readonly string[];
  range: Range;
  source: FeedbackSource;
  /** The two compared models; the page picks those that are missing. */
  compared: readonly string[];
};

export function readView(search: URLSearchParams): DashboardView {
  return {
    topic: search.get('topic') || 'default',
    models: search.getAll('model'),
    range: findOption(rangeOptions, search.get('range')) ?? '30d',
    source: findOption(sourceOptions, search.get('source')) ?? 'END_USER',
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

/** @returns the view, and a function that changes a part of it */
export function useView(): [DashboardView, (part: Partial<DashboardView>) => void] {
  const [search, setSearch] = useSearchParams();
  const view = readView(search);
  return [view, (part) => setSearch(writeView({ ...view, ...part }))];
}
