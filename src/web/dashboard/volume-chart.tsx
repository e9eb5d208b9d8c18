// Charts of how many replies there are, and of the share of them that was rated.
import { Bar, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from 'recharts';
import { Card, Table } from './card.tsx';
import { axis, ChartFrame, ChartTooltip, grid, margin } from './chart-frame.tsx';
import { describeStep, formatBucket, formatCount, formatPercent } from './format.ts';
import { Legend } from './legend.tsx';
import type { Point, Series } from './series.ts';

type TimeChartProps = {
  points: readonly Point[];
  series: readonly Series[];
  step: 'DAY' | 'HOUR';
  size: number;
};

const repliesOf = (model: string) => (point: Point) => point.byModel.get(model)?.replies ?? 0;
const responseOf = (model: string) => (point: Point) => point.byModel.get(model)?.responseRate ?? null;

function timeAxis(step: 'DAY' | 'HOUR') {
  return (
    <XAxis
      dataKey="bucket"
      {...axis}
      minTickGap={32}
      tickFormatter={(bucket: string) => formatBucket(bucket, step)}
    />
  );
}

function tooltipContent(
  { points, series, step }: TimeChartProps,
  describe: (model: string) => (point: Point) => string,
) {
  return ({ active, label }: { active?: boolean; label?: string | number | undefined }) => {
    const point = points.find(({ bucket }) => bucket === label);
    if (!active || point === undefined) return null;
    const lines = series.map(({ model, colour }) => ({ name: model, colour, value: describe(model)(point) }));
    return <ChartTooltip title={formatBucket(point.bucket, step)} lines={lines} />;
  };
}

function TimeTable({ points, step }: TimeChartProps) {
  const rows = points.flatMap(({ byModel }) => [...byModel.values()]).filter(({ replies }) => replies > 0);
  return (
    <Table
      caption="Replies and response rate by time and model"
      rows={rows.toReversed()}
      keyOf={({ bucket, model }) => `${bucket} ${model?.id}`}
      columns={[
        { name: 'Time', cell: ({ bucket }) => formatBucket(bucket ?? '', step) },
        { name: 'Model', cell: ({ model }) => model?.id },
        { name: 'Replies', cell: ({ replies }) => formatCount(replies), isNumber: true },
        { name: 'Rated', cell: ({ rated }) => formatCount(rated ?? 0), isNumber: true },
        { name: 'Response rate', cell: ({ responseRate }) => formatPercent(responseRate), isNumber: true },
      ]}
    />
  );
}

export function VolumeCard(props: TimeChartProps) {
  const { points, series, step } = props;
  const content = tooltipContent(props, (model) => (point) => formatCount(repliesOf(model)(point)));
  return (
    <Card
      title="Volume"
      about="Replies that were made, rated or not."
      isEmpty={series.length === 0}
      emptyText="No replies in this period. Choose a longer one above, or ask something in the chat."
      table={<TimeTable {...props} />}
    >
      <Legend series={series} />
      <ChartFrame label="Replies over time for each model; the same numbers are in the table.">
        <ComposedChart data={[...points]} margin={margin} accessibilityLayer={false}>
          <CartesianGrid {...grid} />
          {timeAxis(step)}
          <YAxis {...axis} axisLine={false} width={44} allowDecimals={false} />
          <Tooltip isAnimationActive={false} cursor={{ fill: 'var(--hover)' }} content={content} />
          {series.map(({ model, colour }) => (
            <Bar
              key={model}
              stackId="all"
              dataKey={repliesOf(model)}
              fill={colour}
              isAnimationActive={false}
            />
          ))}
        </ComposedChart>
      </ChartFrame>
    </Card>
  );
}

export function ResponseCard(props: TimeChartProps) {
  const { points, series, step, size } = props;
  const content = tooltipContent(props, (model) => (point) => formatPercent(responseOf(model)(point)));
  return (
    <Card
      title="Response rate"
      about={`The share of replies that was rated, ${describeStep(step, size)}. The other numbers are based on these replies.`}
      isEmpty={series.length === 0}
      emptyText="No replies in this period."
      table={<TimeTable {...props} />}
    >
      <Legend series={series} />
      <ChartFrame label="Response rate over time for each model; the same numbers are in the table.">
        <ComposedChart data={[...points]} margin={margin} accessibilityLayer={false}>
          <CartesianGrid {...grid} />
          {timeAxis(step)}
          <YAxis {...axis} axisLine={false} width={44} tickFormatter={formatPercent} />
          <Tooltip isAnimationActive={false} content={content} />
          {series.map(({ model, colour }) => (
            <Line
              key={model}
              dataKey={responseOf(model)}
              stroke={colour}
              strokeWidth={2}
              dot={false}
              connectNulls
              isAnimationActive={false}
              type="linear"
            />
          ))}
        </ComposedChart>
      </ChartFrame>
    </Card>
  );
}
