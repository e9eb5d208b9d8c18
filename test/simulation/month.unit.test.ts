import { describe, expect, it } from 'vitest';
import { days, simulateMonth } from '../../src/simulation/month.ts';

const options = { seed: 'test', until: new Date('2026-11-01T00:00:00Z'), perDay: 20 };
const month = simulateMonth(options);
const replies = month.flatMap(({ turns }) => turns.flatMap((turn) => turn.replies));

describe('a simulated month', () => {
  it('is the same for the same seed and day, and another for another', () => {
    expect(simulateMonth(options)).toEqual(month);
    expect(simulateMonth({ ...options, seed: 'other' })).not.toEqual(month);
  });

  it('has ids that are ULIDs, each of them once', () => {
    const ids = [
      ...month.map(({ id }) => id),
      ...month.flatMap(({ turns }) => turns.map(({ promptId }) => promptId)),
      ...replies.map(({ id }) => id),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id))).toEqual([]);
  });

  it('lies within its days, with fewer conversations on weekends', () => {
    const times = month.flatMap(({ turns }) => turns.map(({ at }) => at.getTime()));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(options.until.getTime() - days * 86_400_000);
    expect(Math.max(...times)).toBeLessThan(options.until.getTime());
    const isWeekend = ({ turns }: (typeof month)[number]) => [0, 6].includes(turns[0]?.at.getUTCDay() ?? 0);
    // Nine of its thirty days are Saturdays and Sundays.
    expect(month.filter(isWeekend).length / 9).toBeLessThan(
      month.filter((one) => !isWeekend(one)).length / 21,
    );
  });

  it('has a better and a worse model, and users who mostly agree', () => {
    const likeRate = (model: string) => {
      const given = replies
        .filter((reply) => reply.model === model)
        .flatMap(({ feedback }) => feedback)
        .filter(({ source }) => source === 'END_USER');
      return given.filter(({ rating }) => rating === 'LIKE').length / given.length;
    };
    expect(likeRate('heron-large')).toBeGreaterThan(likeRate('wren-mini'));
  });

  it('speaks for users whose names say that there are none', () => {
    const names = replies.flatMap(({ feedback }) => feedback.map(({ username }) => username));
    expect(
      [...names, ...month.map(({ username }) => username)].filter((name) => !name.startsWith('sim-')),
    ).toEqual([]);
  });
});
