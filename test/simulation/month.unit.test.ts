// A simulated month: repeatable, within its days, and with the differences that the dashboard shows.
import { describe, expect, it } from 'vitest';
import { days, simulateMonth } from '../../src/simulation/month.ts';

const options = { seed: 'test', until: new Date('2026-11-01T00:00:00Z'), perDay: 20 };
const month = simulateMonth(options);
const replies = month.flatMap(({ rounds }) => rounds.flatMap((round) => round.replies));

describe('a simulated month', () => {
  it('is equal for equal seeds and days, and different for another seed', () => {
    expect(simulateMonth(options)).toEqual(month);
    expect(simulateMonth({ ...options, seed: 'other' })).not.toEqual(month);
  });

  it('has unique ids, which are ULIDs', () => {
    const ids = [
      ...month.map(({ id }) => id),
      ...month.flatMap(({ rounds }) => rounds.map(({ promptId }) => promptId)),
      ...replies.map(({ id }) => id),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id))).toEqual([]);
  });

  it('lies within its days, with fewer conversations on weekends', () => {
    const times = month.flatMap(({ rounds }) => rounds.map(({ at }) => at.getTime()));
    expect(Math.min(...times)).toBeGreaterThanOrEqual(options.until.getTime() - days * 86_400_000);
    expect(Math.max(...times)).toBeLessThan(options.until.getTime());
    const isWeekend = ({ rounds }: (typeof month)[number]) => [0, 6].includes(rounds[0]?.at.getUTCDay() ?? 0);
    // Nine of its thirty days are Saturdays and Sundays.
    expect(month.filter(isWeekend).length / 9).toBeLessThan(
      month.filter((one) => !isWeekend(one)).length / 21,
    );
  });

  it('has a better and a worse model, by the likes of its users', () => {
    const likeRate = (model: string) => {
      const feedback = replies
        .filter((reply) => reply.model === model)
        .flatMap((reply) => reply.feedback)
        .filter(({ source }) => source === 'END_USER');
      return feedback.filter(({ rating }) => rating === 'LIKE').length / feedback.length;
    };
    expect(likeRate('heron-large')).toBeGreaterThan(likeRate('wren-mini'));
  });

  it('has usernames that show that the users are simulated', () => {
    const names = replies.flatMap(({ feedback }) => feedback.map(({ username }) => username));
    expect(
      [...names, ...month.map(({ username }) => username)].filter((name) => !name.startsWith('sim-')),
    ).toEqual([]);
  });
});
