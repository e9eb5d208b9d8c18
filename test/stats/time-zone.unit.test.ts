import { expect, it } from 'vitest';
import { checkTimeZone } from '../../src/stats/time-zone.ts';

it.each(['UTC', 'Europe/Vienna', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns', 'Etc/GMT+5'])(
  'takes %s',
  (zone) => expect(checkTimeZone(zone)).toBe(zone),
);

it.each(['', 'Mars/Olympus', '+05:30', 'Europe/Vienna; DROP', 'x'.repeat(1_000)])(
  'knows no zone %j',
  (zone) => {
    expect(() => checkTimeZone(zone)).toThrow(/is unknown/);
  },
);

it.each(['Asia/Kathmandu', 'Pacific/Chatham', 'Australia/Eucla'])(
  'refuses %s, whose days half hours do not make',
  (zone) => {
    expect(() => checkTimeZone(zone)).toThrow(/a quarter of an hour off/);
  },
);
