// Formats instants in the viewer's time zone and language.
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

type Instant = string | number | Date;

/** The time if it is today, the day if it is this year, otherwise the day with the year. */
export function shortTime(instant: Instant, now: Date = new Date()): string {
  const date = new Date(instant);
  if (date.toDateString() === now.toDateString()) return time.format(date);
  return date.getFullYear() === now.getFullYear() ? day.format(date) : dayAndYear.format(date);
}

export const fullTime = (instant: Instant): string => full.format(new Date(instant));

const precise = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** The time with seconds; with the day if it is not today. */
export function preciseTime(instant: Instant, now: Date = new Date()): string {
  const date = new Date(instant);
  const clock = precise.format(date);
  return date.toDateString() === now.toDateString() ? clock : `${day.format(date)}, ${clock}`;
}
