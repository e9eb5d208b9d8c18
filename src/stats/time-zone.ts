// Time zones in which statistics can be given: those whose days are made of whole half hours of UTC.
import { AppError } from '../errors.ts';

function minutesOf(timeZone: string, at: Date): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, hours = '0', minutes = '0'] = /GMT[+-](\d+):(\d+)/.exec(name) ?? [];
  return Number(hours) * 60 + Number(minutes);
}

/** @throws AppError INVALID_INPUT where there is no such zone, or its days can't be made of half hours */
export function checkTimeZone(timeZone: string): string {
  const shown = JSON.stringify(timeZone.slice(0, 100));
  try {
    // Postgres would take '+05:30' for what lies in the west: only names mean the same everywhere.
    if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(timeZone)) throw new RangeError('no name');
    const year = new Date().getUTCFullYear();
    const seasons = [0, 3, 6, 9].map((month) => minutesOf(timeZone, new Date(Date.UTC(year, month, 1))));
    if (seasons.every((minutes) => minutes % 30 === 0)) return timeZone;
  } catch {
    throw new AppError(
      'INVALID_INPUT',
      `timeZone ${shown} is unknown: give a name of the IANA database, such as Europe/Vienna or UTC.`,
    );
  }
  throw new AppError(
    'INVALID_INPUT',
    `timeZone ${shown} is a quarter of an hour off: statistics are counted in half hours of UTC. Choose a zone near it.`,
  );
}
