import { wilson } from 'afterword/interval';
import { describe, expect, it } from 'vitest';
import { mergePoints, sizeFor } from '../../../src/web/dashboard/merge.ts';
import type { Point } from '../../../src/web/dashboard/series.ts';
import type { Stats } from '../../../src/web/dashboard/stats.ts';

const row = (likes: number, dislikes: number, replies: number): Stats => ({
  model: { id: 'a' },
  bucket: null,
  tag: null,
  replies,
  rated: likes + dislikes,
  responseRate: null,
  feedback: likes + dislikes,
  likes,
  dislikes,
  likeRate: null,
  likeRateLow: null,
  likeRateHigh: null,
  scores: 0,
  averageScore: null,
  averageScoreError: null,
  scoreHistogram: [],
  comments: 0,
  corrections: 0,
  signals: [],
});
const points = (count: number, of: Stats): Point[] =>
  Array.from({ length: count }, (_, day) => ({ bucket: `day ${day}`, byModel: new Map([['a', of]]) }));

describe('merged points', () => {
  it('cover as many days as it takes for enough ratings, and leave enough points', () => {
    expect(sizeFor(points(30, row(20, 5, 50)))).toBe(1);
    expect(sizeFor(points(30, row(4, 2, 20)))).toBe(3);
    expect(sizeFor(points(30, row(1, 0, 20)))).toBe(5);
    expect(sizeFor([])).toBe(1);
  });

  it('have the rates of their sums, and the newest is complete', () => {
    const merged = mergePoints(points(7, row(3, 1, 10)), 3);
    expect(merged.map(({ bucket }) => bucket)).toEqual(['day 0', 'day 1', 'day 4']);
    expect(merged.at(-1)?.byModel.get('a')).toMatchObject({
      likes: 9,
      dislikes: 3,
      likeRate: 0.75,
      responseRate: 0.4,
    });
  });

  it('have exactly the interval that the server computes for the sum', () => {
    for (const [likes, dislikes] of [
      [0, 1],
      [1, 0],
      [3, 1],
      [50, 50],
      [999, 1],
    ] as const) {
      const [merged] = mergePoints(points(2, row(likes, dislikes, 1_000)), 2);
      const interval = wilson({ count: 2 * likes, of: 2 * (likes + dislikes) });
      expect(merged?.byModel.get('a')).toMatchObject({
        likeRateLow: interval?.low,
        likeRateHigh: interval?.high,
      });
    }
  });

  it('have no interval without a rating', () => {
    const [merged] = mergePoints(points(2, row(0, 0, 10)), 2);
    expect(merged?.byModel.get('a')).toMatchObject({ likeRate: null, likeRateLow: null, likeRateHigh: null });
  });
});
