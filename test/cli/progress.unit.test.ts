// The line that shows the progress of a command.
import { expect, it } from 'vitest';
import { progressLine } from '../../src/cli/progress.ts';

it('shows the percentage, the counts, the rate and the time left', () => {
  expect(progressLine('Projecting', { done: 25_000, total: 100_000, seconds: 2 })).toBe(
    'Projecting  25 % ██████░░░░░░░░░░░░░░░░░░ 25,000 of 100,000, 12,500/s, 6 s left',
  );
  expect(progressLine('Projecting', { done: 1, total: 10_000, seconds: 1 })).toContain('166 min 39 s left');
});

it('shows sensible values at the start, beyond the total, and for a total of 0', () => {
  expect(progressLine('It', { done: 0, total: 10, seconds: 0 })).toContain('0 of 10, 0/s, – left');
  expect(progressLine('It', { done: 12, total: 10, seconds: 1 })).toContain('100 %');
  expect(progressLine('It', { done: 0, total: 0, seconds: 0 })).toContain('100 %');
});
