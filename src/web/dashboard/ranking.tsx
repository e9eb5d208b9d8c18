// The models by the choices between their replies: how strong each is, and how sure that is.
import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/ask.ts';
import { ModelRankingDocument, type ModelRankingQuery } from '../api/operations.ts';
import { ErrorNotice } from '../ui/notice.tsx';
import type { DashboardView } from './address.ts';
import { Card, Table } from './card.tsx';
import styles from './dashboard.module.css';
import { formatCount, formatPercent, formatScore } from './format.ts';
import { IntervalMark } from './models-card.tsx';
import type { Period } from './period.ts';
import type { Series } from './series.ts';

type Ranked = ModelRankingQuery['modelRanking'][number];
const choicesMs = 4_000;

type Scale = (strength: number) => number;

/** From the weakest end of an interval to the strongest. */
function scaleOf(ranked: readonly Ranked[]): Scale {
  const low = Math.min(...ranked.map(({ strengthLow }) => strengthLow));
  const high = Math.max(...ranked.map(({ strengthHigh }) => strengthHigh));
  const width = high - low || 1;
  return (strength) => (strength - low) / width;
}

const recordOf = ({ pairs }: Ranked): string =>
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
        { name: 'Win rates', cell: recordOf },
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
    queryFn: ({ signal }) => ask(ModelRankingDocument, { topic, source, from }, signal),
    placeholderData: (before) => before,
    // A choice changes none of the counts that tell of themselves.
    refetchInterval: choicesMs,
  });
  const ranked = data?.modelRanking ?? [];
  const isSplit = ranked.some(({ set }) => set > 1);
  return (
    <Card
      title="Ranking"
      about={`By which reply people preferred, where a prompt got several: Bradley–Terry strengths with 95 % intervals.${
        isSplit ? ' Models of different sets never met, and say nothing about each other.' : ''
      }`}
      isWide
      isEmpty={data !== undefined && ranked.length === 0}
      emptyText="No choices in this time. Turn on side by side in the chat, and choose the better reply."
      table={<RankingTable ranked={ranked} />}
    >
      {error !== null && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <Rows ranked={ranked} series={series} />
    </Card>
  );
}
