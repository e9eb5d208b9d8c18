// Compares the like rates of two models, and says whether there are enough ratings to tell them apart.
import { useQuery } from '@tanstack/react-query';
import { CompareModelsDocument, type CompareModelsQuery } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import type { DashboardView } from './address.ts';
import { Card, Table } from './card.tsx';
import styles from './dashboard.module.css';
import { formatCount, formatInterval, formatPercent, formatPrecisePercent, noValue } from './format.ts';
import { IntervalMark } from './models-card.tsx';
import type { Period } from './period.ts';

type Comparison = CompareModelsQuery['compareModels'];

/** From a difference between -1 and 1 to a position between 0 and 1: no difference is in the middle. */
const scalePosition = (difference: number) => (difference + 1) / 2;

function Difference({ difference, differenceLow, differenceHigh, excludesZero }: Comparison) {
  if (difference === null || differenceLow === null || differenceHigh === null) return null;
  return (
    <div className={styles.difference}>
      <IntervalMark
        low={scalePosition(differenceLow)}
        value={scalePosition(difference)}
        high={scalePosition(differenceHigh)}
        colour={excludesZero ? 'var(--accent)' : 'var(--line-strong)'}
      />
      <p aria-hidden>
        <span>second is better</span>
        <span>no difference</span>
        <span>first is better</span>
      </p>
    </div>
  );
}

function ComparisonTable({ models, comparison }: { models: readonly string[]; comparison: Comparison }) {
  const rows = [
    { model: models[0] ?? '', ...comparison.a },
    { model: models[1] ?? '', ...comparison.b },
  ];
  return (
    <Table
      caption="The two models in numbers"
      rows={rows}
      keyOf={({ model }) => model}
      columns={[
        { name: 'Model', cell: ({ model }) => model },
        { name: 'Likes', cell: ({ likes }) => formatCount(likes), isNumber: true },
        { name: 'Dislikes', cell: ({ dislikes }) => formatCount(dislikes), isNumber: true },
        { name: 'Like rate', cell: ({ likeRate }) => formatPrecisePercent(likeRate), isNumber: true },
        {
          name: '95 % interval',
          cell: (row) => formatInterval(row.likeRateLow, row.likeRateHigh),
          isNumber: true,
        },
      ]}
    />
  );
}

function describeDifference({ moreRatings, difference, differenceLow, differenceHigh }: Comparison): string {
  const range =
    difference === null
      ? noValue
      : `${formatPercent(difference)} (${formatInterval(differenceLow, differenceHigh)})`;
  if (moreRatings === null || moreRatings === 0) return `Difference: ${range}.`;
  return `Difference: ${range}. About ${formatCount(moreRatings)} more ratings would settle it.`;
}

type ComparisonCardProps = {
  view: DashboardView;
  period: Period;
  /** The models that have replies. */
  models: readonly string[];
  version: string;
  onChange: (part: Partial<DashboardView>) => void;
};

export function ComparisonCard({ view, period: { from }, models, version, onChange }: ComparisonCardProps) {
  const { topic, source, compared } = view;
  const a = compared[0] ?? models[0] ?? '';
  const b = compared[1] ?? models.find((model) => model !== a) ?? '';
  const { data, error, refetch } = useQuery({
    queryKey: ['comparison', topic, source, from, a, b, version],
    queryFn: ({ signal }) =>
      request(CompareModelsDocument, { topic, source, a: { model: a, from }, b: { model: b, from } }, signal),
    enabled: a !== '' && b !== '',
    placeholderData: (before) => before,
  });
  const options = [...new Set([...models, a, b])].sort().map((model) => ({ value: model, label: model }));
  const comparison = data?.compareModels;
  return (
    <Card
      title="Comparison"
      about="Whether one of two models is liked more, or there are too few ratings to tell."
      isWide
      isEmpty={a === '' || b === ''}
      emptyText="A comparison needs two models with replies in this period."
      table={comparison && <ComparisonTable models={[a, b]} comparison={comparison} />}
    >
      <div className={styles.comparison}>
        <Select
          label="First model"
          value={a}
          options={options}
          onChange={(model) => onChange({ compared: [model, b] })}
        />
        <span>and</span>
        <Select
          label="Second model"
          value={b}
          options={options}
          onChange={(model) => onChange({ compared: [a, model] })}
        />
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {comparison && (
        <>
          <p className={styles.sentence}>{comparison.summary}</p>
          <Difference {...comparison} />
          <p className={styles.about}>{describeDifference(comparison)}</p>
        </>
      )}
    </Card>
  );
}
