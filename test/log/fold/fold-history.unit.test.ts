// Valid histories, the parsing of their instants, and the threads of a snapshot.
import { apply, type FoldableEvent, fold, threadOf } from 'afterword/fold';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { begun, changed, events, foldAll, replied, said } from '../../support/told.ts';

describe('an instant', () => {
  // The time zone of the reader must make no difference.
  beforeAll(() => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    expect(new Date(0).getTimezoneOffset()).toBe(-330);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  const createdAt = (timestamp: string) => foldAll(begun, said('m', { timestamp })).messages[0]?.createdAt;

  it.each([
    ['2026-11-23T10:00:00', '2026-11-23T10:00:00.000Z', 'without a zone is in UTC'],
    ['2026-11-23T10:00', '2026-11-23T10:00:00.000Z', 'may do without seconds'],
    ['2026-11-23T10:00:00.5-05:30', '2026-11-23T15:30:00.500Z', 'with a zone is in that zone'],
    ['2026-11-23T10:00:00.1234', '2026-11-23T10:00:00.123Z', 'is rounded down to milliseconds'],
    ['2026-11-23T10:00:00.1235Z', '2026-11-23T10:00:00.124Z', 'is rounded up from the half'],
    ['2026-12-31T23:59:59.9999999Z', '2027-01-01T00:00:00.000Z', 'carries over'],
    ['2026-11-23T10:00:00.0004995Z', '2026-11-23T10:00:00.001Z', 'is rounded to microseconds first'],
    ['1999-11-23T10:00:00.1235Z', '1999-11-23T10:00:00.123Z', 'before 2000 is rounded down from the half'],
  ])('%s is %s: it %s', (given, expected) => {
    expect(createdAt(given)?.toISOString()).toBe(expected);
  });
});

describe('a history', () => {
  it('may have its instants as Date or as text', () => {
    const history = events(begun, replied('r'), changed('r', { rating: 'like' }));
    const dated = history.map((event) => ({ ...event, recordedAt: new Date(event.recordedAt) }));
    expect(fold(dated)).toEqual(fold(history));
  });

  it('may repeat an event, which counts once', () => {
    const history = events(
      begun,
      replied('r'),
      changed('r', { rating: 'like' }),
      changed('r', { rating: null }),
    );
    const again = history.flatMap((event, index) => [event, ...history.slice(0, index)]);
    expect(fold(again)).toEqual(fold(history));
  });

  it('with a gap, a wrong start, another conversation or an unknown message is refused', () => {
    const history = events(begun, said('m'), said('n'));
    expect(() => fold(history.toSpliced(1, 1))).toThrow('Event 2 of conversation c is missing before 3');
    expect(() => fold(history.slice(1))).toThrow('begins with version 1, START_CONVERSATION, not with 2');
    const others = history.slice(0, 1).map((event) => ({ ...event, conversationId: 'd' }));
    expect(() => fold([...history, ...others])).toThrow(
      'Event 1 of conversation d does not belong to conversation c',
    );
    expect(() => foldAll(begun, changed('x', { rating: 'like' }))).toThrow('no message x to update');
  });

  it('with an invalid payload or instant is refused', () => {
    expect(() => foldAll(begun, said('m', { role: 'robot' }))).toThrow('role');
    expect(() => foldAll(begun, replied('r'), changed('r', { score: 2 }))).toThrow('score');
    expect(() => foldAll(['START_CONVERSATION', { ...begun[1], metadata: [] }])).toThrow('must be an object');
    expect(() => foldAll([begun[0], begun[1], 'noon'])).toThrow('Invalid ISO datetime');
  });

  it('is folded in time linear in its length', () => {
    const historyOf = (count: number) => {
      const messages = Array.from({ length: count / 2 }, (_, index) => said(`m${index}`));
      const liked = { rating: 'like' };
      const rated = messages.map((_, index) => changed('r', { ...liked, username: `user ${index}` }));
      return events(begun, replied('r'), ...messages, ...rated);
    };
    const timeOf = (histories: FoldableEvent[][]) => {
      const startedAt = performance.now();
      for (const history of histories) expect(fold(history)?.version).toBe(history.length);
      return performance.now() - startedAt;
    };
    const [long, short] = [[historyOf(10_000)], Array<FoldableEvent[]>(10).fill(historyOf(1_000))];
    const rounds = [1, 2, 3].map(() => ({ long: timeOf(long), short: timeOf(short) }));
    // For the same number of events it would take ten times as long if it were quadratic.
    const best = (name: 'long' | 'short') => Math.min(...rounds.map((round) => round[name]));
    expect(best('long')).toBeLessThan(5 * best('short'));
  });
});

describe('one more event', () => {
  it('does not change the snapshot before it', () => {
    const history = events(
      begun,
      replied('r', { status: 'streaming', content: '' }),
      changed('r', { rating: 'like' }),
      changed('r', { status: 'complete', content: 'text', rating: null }),
      ['END_CONVERSATION', { id: 'c' }],
    );
    let snapshot: ReturnType<typeof fold>;
    for (const [index, event] of history.entries()) {
      const before = JSON.stringify(snapshot);
      const after = apply(snapshot, event);
      expect(JSON.stringify(snapshot)).toBe(before);
      expect(after).toEqual(fold(history.slice(0, index + 1)));
      snapshot = after;
    }
  });
});

describe('the thread', () => {
  const snapshot = foldAll(
    begun,
    said('root'),
    replied('one', { parent_id: 'root' }),
    replied('two', { parent_id: 'root' }),
    said('next', { parent_id: 'one' }),
    said('other root'),
  );
  const idsOf = (leaf?: string) => threadOf(snapshot, leaf)?.map(({ id }) => id);

  it('is the path from the root to a message', () => {
    expect(idsOf('next')).toEqual(['root', 'one', 'next']);
    expect(idsOf('two')).toEqual(['root', 'two']);
  });

  it('ends with the newest message if none is named', () => {
    expect(idsOf()).toEqual(['other root']);
    expect(threadOf(foldAll(begun))).toEqual([]);
  });

  it('of an unknown message is undefined', () => {
    expect(idsOf('later')).toBeUndefined();
  });
});
