// The live statistics of the dashboard: in total, by model, by model and time, and by tag.
import { useMemo } from 'react';
import { FollowStatsDocument, type StatsDimension, type StatsFieldsFragment } from '../api/operations.ts';
import { type SubscriptionState, useSubscription } from '../api/use-subscription.ts';
import type { DashboardView } from './address.ts';
import { type Period, periodOf } from './period.ts';

export type Stats = StatsFieldsFragment;

type Rows = {
  rows: readonly Stats[];
  offset: number | null;
  isStale: boolean;
  isPending: boolean;
  error: unknown;
};

export type Dashboard = {
  period: Period;
  total: Rows;
  byModel: Rows;
  overTime: Rows;
  byTag: Rows;
};

const noRows: readonly Stats[] = [];

function rowsOf({
  data,
  isStale,
  error,
}: SubscriptionState<{ ratingStats: { offset: number | null; rows: Stats[] } }>): Rows {
  const { rows = noRows, offset = null } = data?.ratingStats ?? {};
  return { rows, offset, isStale, error, isPending: data === undefined };
}

function useRows(view: DashboardView, period: Period, by: StatsDimension[]): Rows {
  const { topic, models, source } = view;
  const isOverTime = by.includes(period.step);
  return rowsOf(
    useSubscription(FollowStatsDocument, {
      topic,
      source,
      by,
      models: models.length === 0 ? null : [...models],
      from: period.from,
      timeZone: period.timeZone,
      zeroFill: isOverTime && period.from !== null,
    }),
  );
}

export function useDashboard(view: DashboardView): Dashboard {
  const { range } = view;
  const period = useMemo(() => periodOf(range), [range]);
  return {
    period,
    total: useRows(view, period, []),
    byModel: useRows(view, period, ['MODEL']),
    overTime: useRows(view, period, ['MODEL', period.step]),
    byTag: useRows(view, period, ['TAG']),
  };
}
