// The timer that ends what runs for a token.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atExpiry } from '../../../src/http/connections/expiry.ts';

const dayMs = 86_400_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function countCalls(expiresAt: number | undefined) {
  const counted = { calls: 0, cancel: () => {} };
  counted.cancel = atExpiry(expiresAt, () => {
    counted.calls += 1;
  });
  return counted;
}

it.each([
  ['half a second', 500],
  ['a day', dayMs],
  ['ninety days, longer than a timer of Node', 90 * dayMs],
])('a token that is valid for %s expires then, and not before', (_name, remainingMs) => {
  const counted = countCalls(Date.now() + remainingMs);
  vi.advanceTimersByTime(remainingMs - 1);
  expect(counted.calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect(counted.calls).toBe(1);
  vi.advanceTimersByTime(dayMs);
  expect(counted.calls).toBe(1);
});

it('a token that has expired does so at once', () => {
  const counted = countCalls(Date.now() - dayMs);
  vi.advanceTimersByTime(0);
  expect(counted.calls).toBe(1);
});

it('a token without an end never expires', () => {
  const counted = countCalls(undefined);
  expect(vi.getTimerCount()).toBe(0);
  expect(counted.calls).toBe(0);
});

it('a cancelled timer is gone, however long the token is valid', () => {
  for (const remainingMs of [500, 90 * dayMs]) {
    const counted = countCalls(Date.now() + remainingMs);
    vi.advanceTimersByTime(Math.min(remainingMs - 1, 30 * dayMs));
    counted.cancel();
    expect(vi.getTimerCount()).toBe(0);
  }
});
