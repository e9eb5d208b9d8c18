import { expect, it } from 'vitest';
import { checkTimeZone } from '../../src/stats/time-zone.ts';

it.each(['UTC', 'Europe/Vienna', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'Etc/GMT+5'])(
  'accepts %s',
  (zone) => expect(checkTimeZone(zone)).toBe(zone),
);

it.each(['', 'Mars/Olympus', '+05:30', 'Europe/Vienna; DROP', 'x'.repeat(1_000)])(
  'refuses %j as unknown',
  (zone) => {
    expect(() => checkTimeZone(zone)).toThrow(/is unknown/);
  },
);

it.each(['Asia/Kathmandu', 'Pacific/Chatham', 'Australia/Eucla'])(
  'refuses %s, whose days do not begin at a half hour of UTC',
  (zone) => {
    expect(() => checkTimeZone(zone)).toThrow(/a quarter of an hour off/);
  },
);
