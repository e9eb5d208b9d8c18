// Ranks the models by preferences between their replies, with the uncertainty of each strength.
import { useQuery } from '@tanstack/react-query';
import { ModelRankingDocument, type ModelRankingQuery } from '../api/operations.ts';
import { request } from '../api/request.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import type { DashboardView } from './address.ts';
import { Card, Table } from './card.tsx';
import styles from './dashboard.module.css';
import { formatCount, formatPercent, formatScore } from './format.ts';
import { IntervalMark } from './models-card.tsx';
import type { Period } from './period.ts';
import type { Series } from './series.ts';

type Ranked = ModelRankingQuery['modelRanking'][number];
const refetchMs = 4_000;

type Scale = (strength: number) => number;

/** Maps strengths to 0 to 1: from the lowest end of an interval to the highest. */
function scaleOf(ranked: readonly Ranked[]): Scale {
  const low = Math.min(...ranked.map(({ strengthLow }) => strengthLow));
  const high = Math.max(...ranked.map(({ strengthHigh }) => strengthHigh));
  const width = high - low || 1;
  return (strength) => (strength - low) / width;
}

const winRatesOf = ({ pairs }: Ranked): string =>
  pairs.map(({ opponent, winRate }) => `${formatPercent(winRate)} against ${opponent.id}`).join(', ');

function RankingTable({ ranked }: { ranked: readonly Ranked[] }) {
  return (
    <Table
      caption="Ranking in numbers"
      rows={ranked}
      keyOf={({ model }) => model.id}
      columns={[
        { name: 'Rank', cell: ({ rank }) => rank, isNumber: true },
        { name: 'Model', cell: ({ model }) => model.id },
        { name: 'Strength', cell: ({ strength }) => formatScore(strength), isNumber: true },
        {
          name: '95 % interval',
          cell: ({ strengthLow, strengthHigh }) =>
            `${formatScore(strengthLow)} to ${formatScore(strengthHigh)}`,
          isNumber: true,
        },
        { name: 'Won', cell: ({ wins }) => formatCount(wins), isNumber: true },
        { name: 'Lost', cell: ({ losses }) => formatCount(losses), isNumber: true },
        { name: 'Ties', cell: ({ ties }) => formatCount(ties), isNumber: true },
        { name: 'Win rates', cell: winRatesOf },
      ]}
    />
  );
}

function Rows({ ranked, series }: { ranked: readonly Ranked[]; series: readonly Series[] }) {
  const scale = scaleOf(ranked);
  return (
    <ul className={styles.intervals}>
      {ranked.map(({ model, rank, set, strength, strengthLow, strengthHigh, wins, losses, ties }) => (
        <li key={model.id}>
          <span>
            {rank}. {model.id}
          </span>
          <IntervalMark
            low={scale(strengthLow)}
            value={scale(strength)}
            high={scale(strengthHigh)}
            colour={series.find((one) => one.model === model.id)?.colour ?? 'var(--ink-soft)'}
          />
          <span className={styles.count}>
            <small>
              {formatCount(wins)} won, {formatCount(losses)} lost, {formatCount(ties)} ties
              {set > 1 && `, set ${set}`}
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}

type RankingCardProps = { view: DashboardView; period: Period; series: readonly Series[]; version: string };

export function RankingCard({
  view: { topic, source },
  period: { from },
  series,
  version,
}: RankingCardProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['ranking', topic, source, from, version],
    queryFn: ({ signal }) => request(ModelRankingDocument, { topic, source, from }, signal),
    placeholderData: (before) => before,
    // A preference changes none of the subscribed counts, so the ranking is polled.
    refetchInterval: refetchMs,
  });
  const ranked = data?.modelRanking ?? [];
  const isSplit = ranked.some(({ set }) => set > 1);
  return (
    <Card
      title="Ranking"
      about={`By which of several replies to a prompt people preferred: Bradley–Terry strengths with 95 % intervals.${
        isSplit ? ' Models of different sets can not be compared: no preference connects them.' : ''
      }`}
      isWide
      isEmpty={data !== undefined && ranked.length === 0}
      emptyText="No preferences in this period. Turn on side by side in the chat, and choose the better reply."
      table={<RankingTable ranked={ranked} />}
    >
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <Rows ranked={ranked} series={series} />
    </Card>
  );
}
