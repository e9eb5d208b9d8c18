// Instants as Postgres keeps them in timestamptz(3), so that the fold and the projections agree to the millisecond.
import { addMessageSchema } from '../event.ts';

const timestamp = addMessageSchema.shape.timestamp;
const year2000 = Date.UTC(2000, 0);

/**
 * An instant in UTC if the text names no zone, rounded to microseconds and then to milliseconds, halves away from
 * the epoch of Postgres, the year 2000.
 */
export function instantOf(given: Date | string): Date {
  if (typeof given !== 'string') return given;
  const text = timestamp.parse(given);
  const [, seconds, fraction = '', zone = 'Z'] = /^(.+?)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const whole = Date.parse(`${seconds}${zone}`);
  const round = whole < year2000 ? (value: number) => -Math.round(-value) : Math.round;
  return new Date(whole + round(round(Number(`0${fraction}`) * 1e6) / 1_000));
}
