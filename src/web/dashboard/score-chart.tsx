// The histogram of scores, in ten steps from 0 to 1.
import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from 'recharts';
import { Card, Table } from './card.tsx';
import { axis, ChartFrame, ChartTooltip, grid, margin } from './chart-frame.tsx';
import { formatCount } from './format.ts';
import { Legend } from './legend.tsx';
import type { Series } from './series.ts';
import type { Stats } from './stats.ts';

type Step = { name: string; counts: ReadonlyMap<string, number> };

function stepsOf(byModel: readonly Stats[]): Step[] {
  return Array.from({ length: 10 }, (_, at) => ({
    name: `${at / 10}–${(at + 1) / 10}`,
    counts: new Map(byModel.map(({ model, scoreHistogram }) => [model?.id ?? '', scoreHistogram[at] ?? 0])),
  }));
}

export function ScoreCard({ byModel, series }: { byModel: readonly Stats[]; series: readonly Series[] }) {
  const steps = stepsOf(byModel);
  return (
    <Card
      title="Scores"
      about="How often each score from 0 (worst) to 1 (best) was given."
      isEmpty={byModel.every(({ scores }) => scores === 0)}
      emptyText="No scores in this period. Applications give them with rateMessage, from 0 to 1."
      table={
        <Table
          caption="Scores by step and model"
          rows={steps}
          keyOf={({ name }) => name}
          columns={[
            { name: 'Score', cell: ({ name }) => name },
            ...series.map(({ model }) => ({
              name: model,
              cell: ({ counts }: Step) => formatCount(counts.get(model) ?? 0),
              isNumber: true,
            })),
          ]}
        />
      }
    >
      <Legend series={series} />
      <ChartFrame label="Histogram of scores for each model; the same numbers are in the table.">
        <BarChart data={steps} margin={margin} accessibilityLayer={false} barGap={1}>
          <CartesianGrid {...grid} />
          <XAxis dataKey="name" {...axis} minTickGap={8} />
          <YAxis {...axis} axisLine={false} width={44} allowDecimals={false} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--hover)' }}
            content={({ active, label }) => {
              const step = steps.find(({ name }) => name === label);
              if (!active || step === undefined) return null;
              const lines = series.map(({ model, colour }) => ({
                name: model,
                colour,
                value: formatCount(step.counts.get(model) ?? 0),
              }));
              return <ChartTooltip title={`Score ${step.name}`} lines={lines} />;
            }}
          />
          {series.map(({ model, colour }) => (
            <Bar
              key={model}
              dataKey={({ counts }: Step) => counts.get(model) ?? 0}
              fill={colour}
              isAnimationActive={false}
              radius={[2, 2, 0, 0]}
            />
          ))}
        </BarChart>
      </ChartFrame>
    </Card>
  );
}
