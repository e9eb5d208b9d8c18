// Time zones in which statistics can be given: those whose days are whole half hours of UTC.
import { AppError } from '../errors.ts';

function minutesOf(timeZone: string, at: Date): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, hours = '0', minutes = '0'] = /GMT[+-](\d+):(\d+)/.exec(name) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** @throws AppError INVALID_INPUT if there is no such zone, or its days don't begin at a half hour of UTC */
export function checkTimeZone(timeZone: string): string {
  const quoted = JSON.stringify(timeZone.slice(0, 100));
  try {
    // Postgres reads '+05:30' as west of Greenwich, JavaScript as east: only names mean the same to both.
    if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(timeZone)) throw new RangeError('not a name');
    const year = new Date().getUTCFullYear();
    const seasons = [0, 3, 6, 9].map((month) => minutesOf(timeZone, new Date(Date.UTC(year, month, 1))));
    if (seasons.every((minutes) => minutes % 30 === 0)) return timeZone;
  } catch {
    throw new AppError(
      'INVALID_INPUT',
      `timeZone ${quoted} is unknown: give a name of the IANA database, such as Europe/Vienna or UTC.`,
    );
  }
  throw new AppError(
    'INVALID_INPUT',
    `timeZone ${quoted} is a quarter of an hour off, and statistics are counted in half hours of UTC: choose a zone near it.`,
  );
}
