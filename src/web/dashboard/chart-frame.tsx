// What all charts share: their size, the look of axes and grid, and the tooltip.
import type { ReactElement, ReactNode } from 'react';
import { ResponsiveContainer } from 'recharts';
import styles from './dashboard.module.css';

export const heightPx = 240;

export const axis = {
  stroke: 'var(--line)',
  tick: { fill: 'var(--ink-soft)', fontSize: 12 },
  tickLine: false,
  tickMargin: 8,
} as const;

export const grid = { stroke: 'var(--line)', strokeDasharray: '2 4', vertical: false } as const;
export const margin = { top: 8, right: 8, bottom: 0, left: 0 } as const;

export function ChartFrame({ label, children }: { label: string; children: ReactElement }) {
  return (
    <div className={styles.chart} role="img" aria-label={label}>
      <ResponsiveContainer width="100%" height={heightPx}>
        {children}
      </ResponsiveContainer>
    </div>
  );
}

export type TooltipLine = { name: string; colour: string; value: ReactNode };

export function ChartTooltip({ title, lines }: { title: string; lines: readonly TooltipLine[] }) {
  return (
    <div className={styles.tooltip}>
      <strong>{title}</strong>
      {lines.map(({ name, colour, value }) => (
        <span key={name}>
          <span className={styles.swatch} style={{ background: colour }} />
          {name}
          <em>{value}</em>
        </span>
      ))}
    </div>
  );
}
