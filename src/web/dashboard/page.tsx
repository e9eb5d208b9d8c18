// The dashboard: what users think of the models, in numbers that change as ratings arrive.
import { useEffect, useMemo, useRef } from 'react';
import { ErrorNotice, Loading } from '../ui/notice.tsx';
import { type DashboardView, useView } from './address.ts';
import { ComparisonCard } from './comparison.tsx';
import styles from './dashboard.module.css';
import { DislikedCard } from './disliked.tsx';
import { Filters } from './filters.tsx';
import { formatCount } from './format.ts';
import { LikeRateCard } from './like-rate-chart.tsx';
import { mergePoints, sizeFor } from './merge.ts';
import { ModelsCard } from './models-card.tsx';
import { RankingCard } from './ranking.tsx';
import { SignalsCard, TagsCard } from './reasons.tsx';
import { ScoreCard } from './score-chart.tsx';
import { pointsOf, seriesOf } from './series.ts';
import { type Dashboard, useDashboard } from './stats.ts';
import { Tiles } from './tiles.tsx';
import { ResponseCard, VolumeCard } from './volume-chart.tsx';

/** All models seen in the topic: filtering by one model must not remove the others from the filter. */
function useSeenModels({ topic, models }: DashboardView, { byModel }: Dashboard): string[] {
  const seen = useRef<{ topic: string; models: string[] }>({ topic, models: [] });
  if (seen.current.topic !== topic) seen.current = { topic, models: [] };
  if (models.length === 0 && !byModel.isStale) {
    seen.current.models = byModel.rows.map(({ model }) => model?.id ?? '');
  }
  return seen.current.models;
}

/** A text that changes when feedback arrives. */
function versionOf({ total }: Dashboard): string {
  const { likes = 0, dislikes = 0, comments = 0, corrections = 0, feedback = 0 } = total.rows[0] ?? {};
  return [likes, dislikes, comments, corrections, feedback].join(' ');
}

type CardsProps = {
  dashboard: Dashboard;
  view: DashboardView;
  models: readonly string[];
  onChange: (part: Partial<DashboardView>) => void;
};

function Cards({ dashboard, view, models, onChange }: CardsProps) {
  const { byModel, overTime, byTag, period } = dashboard;
  const series = useMemo(() => seriesOf(byModel.rows), [byModel.rows]);
  const points = useMemo(() => pointsOf(overTime.rows), [overTime.rows]);
  const size = sizeFor(points);
  const merged = useMemo(() => mergePoints(points, size), [points, size]);
  const time = { points, series, step: period.step, size: 1 };
  const query = { view, period, version: versionOf(dashboard) };
  const rates = { ...time, points: merged, size };
  return (
    <div className={styles.cards}>
      <LikeRateCard {...rates} />
      <ModelsCard byModel={byModel.rows} series={series} />
      <ComparisonCard {...query} models={models} onChange={onChange} />
      <RankingCard {...query} series={series} />
      <VolumeCard {...time} />
      <ResponseCard {...rates} />
      <TagsCard byTag={byTag.rows} />
      <SignalsCard byModel={byModel.rows} />
      <ScoreCard byModel={byModel.rows} series={series} />
      <DislikedCard {...query} />
    </div>
  );
}

export default function DashboardPage() {
  const [view, change] = useView();
  const dashboard = useDashboard(view);
  const models = useSeenModels(view, dashboard);
  const { total } = dashboard;
  useEffect(() => {
    document.title = 'Dashboard · Afterword';
  }, []);
  return (
    <main className={styles.page} id="content" tabIndex={-1}>
      <div className={styles.head}>
        <h1>Dashboard</h1>
        <p className={styles.live}>
          <span aria-hidden /> live
          {total.offset !== null && (
            <span className="visually-hidden">{`, as of event ${formatCount(total.offset)}`}</span>
          )}
        </p>
        <Filters view={view} models={models} onChange={change} />
      </div>
      {total.error !== null && <ErrorNotice error={total.error} />}
      {total.isPending && total.error === null && <Loading label="Loading statistics" />}
      {!total.isPending && (
        <div className={styles.body} data-stale={total.isStale || undefined}>
          <Tiles total={total.rows[0]} />
          <Cards dashboard={dashboard} view={view} models={models} onChange={change} />
        </div>
      )}
    </main>
  );
}
