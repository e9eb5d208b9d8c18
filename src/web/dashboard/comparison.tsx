// Two models beside each other: the difference in their like rates, and in a sentence whether it can be told.
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { CompareModelsDocument, type CompareModelsQuery } from '../api/operations.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import type { DashboardView } from './address.ts';
import { Card, Table } from './card.tsx';
import styles from './dashboard.module.css';
import { formatCount, formatFine, formatInterval, formatPercent, nothing } from './format.ts';
import { IntervalMark } from './models-card.tsx';
import type { Period } from './period.ts';

type Comparison = CompareModelsQuery['compareModels'];

/** A difference of rates lies between -1 and 1; the middle of the scale is none at all. */
const placeOf = (difference: number) => (difference + 1) / 2;

function Difference({ difference, differenceLow, differenceHigh, excludesZero }: Comparison) {
  if (difference === null || differenceLow === null || differenceHigh === null) return null;
  return (
    <div className={styles.difference}>
      <IntervalMark
        low={placeOf(differenceLow)}
        value={placeOf(difference)}
        high={placeOf(differenceHigh)}
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
        { name: 'Like rate', cell: ({ likeRate }) => formatFine(likeRate), isNumber: true },
        {
          name: '95 % interval',
          cell: (row) => formatInterval(row.likeRateLow, row.likeRateHigh),
          isNumber: true,
        },
      ]}
    />
  );
}

function moreOf({ moreRatings, difference, differenceLow, differenceHigh }: Comparison): string {
  const span =
    difference === null
      ? nothing
      : `${formatPercent(difference)} (${formatInterval(differenceLow, differenceHigh)})`;
  if (moreRatings === null || moreRatings === 0) return `Difference: ${span}.`;
  return `Difference: ${span}. About ${formatCount(moreRatings)} more ratings would settle it.`;
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
      ask(CompareModelsDocument, { topic, source, a: { model: a, from }, b: { model: b, from } }, signal),
    enabled: a !== '' && b !== '',
    placeholderData: (before) => before,
  });
  const options = [...new Set([...models, a, b])].sort().map((model) => ({ value: model, label: model }));
  const comparison = data?.compareModels;
  return (
    <Card
      title="Comparison"
      about="Whether one model is liked more than another, or the ratings are too few to tell."
      isWide
      isEmpty={a === '' || b === ''}
      emptyText="It takes two models with replies in this time."
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
          <p className={styles.about}>{moreOf(comparison)}</p>
        </>
      )}
    </Card>
  );
}
