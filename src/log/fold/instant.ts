// Rounds instants as Postgres does for timestamptz(3), so that the fold and the projections agree to the millisecond.
import { addMessageSchema } from '../event.ts';

const timestamp = addMessageSchema.shape.timestamp;
const year2000 = Date.UTC(2000, 0);

/**
 * Text without a time zone is in UTC. Rounds to microseconds and then to milliseconds; halves move further from the epoch of
 * Postgres, the year 2000.
 */
export function instantOf(value: Date | string): Date {
  if (typeof value !== 'string') return value;
  const text = timestamp.parse(value);
  const [, seconds, fraction = '', zone = 'Z'] = /^(.+?)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const whole = Date.parse(`${seconds}${zone}`);
  const round = whole < year2000 ? (number: number) => -Math.round(-number) : Math.round;
  return new Date(whole + round(round(Number(`0${fraction}`) * 1e6) / 1_000));
}
