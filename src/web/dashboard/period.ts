// The period that is counted, in whole days or hours of the viewer's time zone.
import type { StatsDimension } from '../api/operations.ts';
import type { Range } from './address.ts';

export type Period = {
  /** Null: from the beginning. */
  from: string | null;
  /** What a point of the charts over time covers. */
  step: Extract<StatsDimension, 'DAY' | 'HOUR'>;
  timeZone: string;
};

const days: Record<Exclude<Range, '24h' | 'all'>, number> = { '7d': 7, '30d': 30, '90d': 90 };

/** Counts are kept per half hour: a time zone with an offset of 15 or 45 minutes gets days of UTC. */
function timeZoneOf(now: Date): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return now.getTimezoneOffset() % 30 === 0 ? (zone ?? 'UTC') : 'UTC';
}

export function periodOf(range: Range, now: Date = new Date()): Period {
  const timeZone = timeZoneOf(now);
  if (range === 'all') return { from: null, step: 'DAY', timeZone };
  const from = new Date(now);
  if (range === '24h') {
    from.setHours(now.getHours() - 23, 0, 0, 0);
    return { from: from.toISOString(), step: 'HOUR', timeZone };
  }
  from.setDate(now.getDate() - days[range] + 1);
  from.setHours(0, 0, 0, 0);
  return { from: from.toISOString(), step: 'DAY', timeZone };
}
