// Compares the models: the like rate of each with its interval, on one scale.
import { Card, Table } from './card.tsx';
import styles from './dashboard.module.css';
import { formatCount, formatInterval, formatPercent, formatScore } from './format.ts';
import type { Series } from './series.ts';
import type { Stats } from './stats.ts';

type IntervalMarkProps = { low: number; value: number; high: number; colour: string };

/** A dot for the value, on a line for its interval. All numbers are between 0 and 1. */
export function IntervalMark({ low, value, high, colour }: IntervalMarkProps) {
  return (
    <span className={styles.interval} aria-hidden>
      <span
        style={{ insetInlineStart: `${low * 100}%`, width: `${(high - low) * 100}%`, background: colour }}
      />
      <span className={styles.dot} style={{ insetInlineStart: `${value * 100}%`, background: colour }} />
    </span>
  );
}

export function ModelsCard({ byModel, series }: { byModel: readonly Stats[]; series: readonly Series[] }) {
  const ranked = byModel.toSorted((one, other) => (other.likeRate ?? -1) - (one.likeRate ?? -1));
  const colourOf = (model: string | undefined) =>
    series.find((one) => one.model === model)?.colour ?? 'var(--ink-soft)';
  return (
    <Card
      title="Models"
      about="Each model's like rate over the entire period. If intervals overlap a lot, more ratings are needed to tell the models apart."
      isWide
      isEmpty={ranked.length === 0}
      emptyText="No replies in this period."
      table={
        <Table
          caption="Models in numbers"
          rows={ranked}
          keyOf={({ model }) => model?.id ?? ''}
          columns={[
            { name: 'Model', cell: ({ model }) => model?.id },
            { name: 'Replies', cell: ({ replies }) => formatCount(replies), isNumber: true },
            {
              name: 'Response rate',
              cell: ({ responseRate }) => formatPercent(responseRate),
              isNumber: true,
            },
            { name: 'Likes', cell: ({ likes }) => formatCount(likes), isNumber: true },
            { name: 'Dislikes', cell: ({ dislikes }) => formatCount(dislikes), isNumber: true },
            { name: 'Like rate', cell: ({ likeRate }) => formatPercent(likeRate), isNumber: true },
            {
              name: '95 % interval',
              cell: (row) => formatInterval(row.likeRateLow, row.likeRateHigh),
              isNumber: true,
            },
            { name: 'Average score', cell: ({ averageScore }) => formatScore(averageScore), isNumber: true },
            { name: 'Comments', cell: ({ comments }) => formatCount(comments), isNumber: true },
            { name: 'Corrections', cell: ({ corrections }) => formatCount(corrections), isNumber: true },
          ]}
        />
      }
    >
      <ul className={styles.intervals}>
        {ranked.map(({ model, likeRate, likeRateLow, likeRateHigh, likes, dislikes }) => (
          <li key={model?.id}>
            <span>{model?.id}</span>
            {likeRate === null || likeRateLow === null || likeRateHigh === null ? (
              <span className={styles.none}>no ratings</span>
            ) : (
              <IntervalMark
                low={likeRateLow}
                value={likeRate}
                high={likeRateHigh}
                colour={colourOf(model?.id)}
              />
            )}
            <span className={styles.count}>
              {formatPercent(likeRate)} <small>of {formatCount(likes + dislikes)}</small>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
