// The like rate of each model over time, with its 95 % interval as a band.
import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { Card, Table } from './card.tsx';
import { axis, ChartFrame, ChartTooltip, grid, margin } from './chart-frame.tsx';
import { describeStep, formatBucket, formatCount, formatInterval, formatPercent } from './format.ts';
import { Legend } from './legend.tsx';
import type { Point, Series } from './series.ts';
import type { Stats } from './stats.ts';

type LikeRateChartProps = {
  points: readonly Point[];
  series: readonly Series[];
  step: 'DAY' | 'HOUR';
  size: number;
};

const rateOf = (model: string) => (point: Point) => point.byModel.get(model)?.likeRate ?? null;

function bandOf(model: string) {
  return ({ byModel }: Point): [number, number] | null => {
    const { likeRateLow = null, likeRateHigh = null } = byModel.get(model) ?? {};
    return likeRateLow === null || likeRateHigh === null ? null : [likeRateLow, likeRateHigh];
  };
}

function describe(row: Stats | undefined): string {
  if (row === undefined || row.likeRate === null) return 'no ratings';
  return `${formatPercent(row.likeRate)} (${formatInterval(row.likeRateLow, row.likeRateHigh)}) of ${formatCount(row.likes + row.dislikes)}`;
}

function Chart({ points, series, step }: LikeRateChartProps) {
  return (
    <ChartFrame label="Like rate over time for each model, with 95 % intervals; the same numbers are in the table.">
      <ComposedChart data={[...points]} margin={margin} accessibilityLayer={false}>
        <CartesianGrid {...grid} />
        <XAxis
          dataKey="bucket"
          {...axis}
          tickFormatter={(bucket: string) => formatBucket(bucket, step)}
          minTickGap={40}
        />
        <YAxis
          {...axis}
          axisLine={false}
          width={44}
          domain={[0, 1]}
          ticks={[0, 0.25, 0.5, 0.75, 1]}
          tickFormatter={formatPercent}
        />
        <Tooltip
          isAnimationActive={false}
          content={({ active, label }) => {
            const point = points.find(({ bucket }) => bucket === label);
            if (!active || point === undefined) return null;
            const lines = series.map(({ model, colour }) => ({
              name: model,
              colour,
              value: describe(point.byModel.get(model)),
            }));
            return <ChartTooltip title={formatBucket(point.bucket, step)} lines={lines} />;
          }}
        />
        {series.map(({ model, colour }) => (
          <Area
            key={`${model} band`}
            dataKey={bandOf(model)}
            stroke="none"
            fill={colour}
            fillOpacity={0.12}
            connectNulls
            isAnimationActive={false}
            activeDot={false}
            type="linear"
          />
        ))}
        {series.map(({ model, colour }) => (
          <Line
            key={model}
            dataKey={rateOf(model)}
            stroke={colour}
            strokeWidth={2}
            dot={points.length <= 31 ? { r: 2, fill: colour, strokeWidth: 0 } : false}
            connectNulls
            isAnimationActive={false}
            type="linear"
          />
        ))}
      </ComposedChart>
    </ChartFrame>
  );
}

export function LikeRateCard(props: LikeRateChartProps) {
  const { points, series, step, size } = props;
  const rows = points
    .flatMap(({ byModel }) => [...byModel.values()])
    .filter(({ likeRate }) => likeRate !== null);
  return (
    <Card
      title="Like rate"
      about={`Likes as a share of likes and dislikes, for the replies made at that time, ${describeStep(step, size)}. The band is the 95 % interval.`}
      isWide
      isEmpty={rows.length === 0}
      emptyText="No ratings in this period. Like or dislike a reply in the chat, and it appears here."
      table={
        <Table
          caption="Like rate by time and model"
          rows={rows.toReversed()}
          keyOf={({ bucket, model }) => `${bucket} ${model?.id}`}
          columns={[
            { name: 'Time', cell: ({ bucket }) => formatBucket(bucket ?? '', step) },
            { name: 'Model', cell: ({ model }) => model?.id },
            { name: 'Likes', cell: ({ likes }) => formatCount(likes), isNumber: true },
            { name: 'Dislikes', cell: ({ dislikes }) => formatCount(dislikes), isNumber: true },
            { name: 'Like rate', cell: ({ likeRate }) => formatPercent(likeRate), isNumber: true },
            {
              name: '95 % interval',
              cell: (row) => formatInterval(row.likeRateLow, row.likeRateHigh),
              isNumber: true,
            },
          ]}
        />
      }
    >
      <Legend series={series} />
      <Chart {...props} />
    </Card>
  );
}
