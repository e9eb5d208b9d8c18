// The format kto: which replies become records, and with which label.
import { describe, expect, it } from 'vitest';
import {
  answer,
  assistant,
  dislikes,
  exportOf,
  feedback,
  likes,
  prompt,
  system,
  user,
} from '../../../support/drafts.ts';

const talk = [
  system('Be brief.'),
  prompt('p1', 'Why?', 's'),
  answer('r1', 'Because.', 'p1'),
  prompt('p2', 'Really?', 'r1'),
  answer('r2', 'Yes.', 'p2'),
];

describe('kto', () => {
  it('makes a record of each rated reply, with the thread before it as prompt', () => {
    const { values, records, counts } = exportOf('kto', [...talk, dislikes('r1', 'ada'), likes('r2', 'ada')]);
    const before = [{ role: 'system', content: 'Be brief.' }, user('Why?')];
    expect(values).toEqual([
      { prompt: before, completion: [assistant('Because.')], label: false },
      {
        prompt: [...before, assistant('Because.'), user('Really?')],
        completion: [assistant('Yes.')],
        label: true,
      },
    ]);
    expect(records[0]).toMatchObject({
      from: 'rating',
      model: 'zephyr',
      messageIds: ['r1'],
      authors: [{ username: 'ada', source: 'end_user' }],
    });
    expect(counts.conflicts.found).toBe(0);
  });

  it('makes no record of a rating that was withdrawn', () => {
    const events = [...talk, likes('r1', 'ada'), feedback('r1', 'ada', { rating: null })];
    expect(exportOf('kto', events).values).toEqual([]);
  });

  it('counts scores only with a threshold, and a rating rather than the score of the same author', () => {
    const events = [
      ...talk,
      feedback('r1', 'ada', { score: 0.4 }),
      feedback('r2', 'ada', { score: 0.1, rating: 'like' }),
    ];
    expect(exportOf('kto', events).values).toMatchObject([{ label: true }]);
    const { values, records } = exportOf('kto', events, { 'score-threshold': '0.4' });
    expect(values).toMatchObject([{ label: true }, { label: true }]);
    expect(records.map(({ from }) => from)).toEqual(['score', 'rating']);
    expect(exportOf('kto', events, { 'score-threshold': '0.41' }).values).toMatchObject([
      { label: false },
      { label: true },
    ]);
  });

  it('counts only feedback of the sources and tags that the recipe names', () => {
    const events = [
      ...talk,
      feedback('r1', 'ada', { rating: 'like', tags: ['clear'] }),
      feedback('r1', 'gpt', { rating: 'dislike', source: 'judge' }),
    ];
    expect(exportOf('kto', events).values).toMatchObject([{ label: true }]);
    expect(exportOf('kto', events, { source: 'judge' }).values).toMatchObject([{ label: false }]);
    expect(exportOf('kto', events, { tags: 'clear,kind' }).values).toHaveLength(1);
    expect(exportOf('kto', events, { tags: 'kind' }).values).toEqual([]);
  });

  it('filters by model and time, and shortens the prompt as the recipe says', () => {
    const events = [...talk, likes('r2', 'ada')];
    expect(exportOf('kto', events, { turns: 'last', system: 'drop' }).values).toMatchObject([
      { prompt: [user('Really?')] },
    ]);
    expect(exportOf('kto', events, { turns: 'last' }).values).toMatchObject([
      { prompt: [{ role: 'system', content: 'Be brief.' }, user('Really?')] },
    ]);
    expect(exportOf('kto', events, { models: 'other' }).values).toEqual([]);
    expect(exportOf('kto', events, { from: '2026-11-23T10:00:01Z' }).values).toEqual([]);
    expect(exportOf('kto', events, { to: '2026-11-23T10:00:01Z' }).values).toHaveLength(1);
  });

  it('exports only replies that are complete, and stopped ones if the recipe includes them', () => {
    const partial = (status: string) => [
      prompt('p1', 'Why?'),
      answer('r1', '', 'p1', { status: 'streaming' }),
      feedback('r1', 'ada', { status, content: 'Beca' }),
      likes('r1', 'ada'),
    ];
    const count = (status: string, settings = {}) => exportOf('kto', partial(status), settings).values.length;
    expect(['complete', 'stopped', 'interrupted', 'failed'].map((status) => count(status))).toEqual([
      1, 0, 0, 0,
    ]);
    expect(count('stopped', { 'include-stopped': true })).toBe(1);
    expect(count('interrupted', { 'include-stopped': true })).toBe(0);
  });

  it('leaves out and counts what a chat template would refuse', () => {
    const twice = [
      prompt('p1', 'Why?'),
      prompt('p2', 'Well?', 'p1'),
      answer('r1', 'So.', 'p2'),
      likes('r1', 'ada'),
    ];
    expect(exportOf('kto', twice)).toMatchObject({ values: [], counts: { skipped: { roles: 1 } } });
    const blank = [prompt('p1', ' \n'), answer('r1', 'So.', 'p1'), likes('r1', 'ada')];
    expect(exportOf('kto', blank)).toMatchObject({ values: [], counts: { skipped: { emptyContent: 1 } } });
  });
});

describe('if authors contradict each other', () => {
  const events = [...talk, likes('r1', 'ada'), likes('r1', 'bob'), dislikes('r1', 'cy')];
  const tied = [...talk, likes('r1', 'ada'), dislikes('r1', 'cy')];
  const labels = (all: typeof events, conflict: string) => {
    const { values, counts } = exportOf('kto', all, { conflict });
    return { labels: values.map(({ label }) => label), conflicts: counts.conflicts };
  };
  const none = { found: 1, decided: 0, dropped: 0, keptAll: 0 };

  it('the majority decides, and a tie is dropped', () => {
    expect(labels(events, 'majority')).toEqual({ labels: [true], conflicts: { ...none, decided: 1 } });
    expect(labels(tied, 'majority')).toEqual({ labels: [], conflicts: { ...none, dropped: 1 } });
  });

  it('drop leaves out the reply, however many agree', () => {
    expect(labels(events, 'drop')).toEqual({ labels: [], conflicts: { ...none, dropped: 1 } });
  });

  it('keep-all keeps both labels, each with its authors', () => {
    expect(labels(events, 'keep-all')).toEqual({ labels: [true, false], conflicts: { ...none, keptAll: 1 } });
    const { records } = exportOf('kto', events, { conflict: 'keep-all' });
    expect(records.map(({ authors }) => authors.map(({ username }) => username))).toEqual([
      ['ada', 'bob'],
      ['cy'],
    ]);
  });

  it('min-raters counts only the authors who agree', () => {
    expect(exportOf('kto', events, { 'min-raters': '2' }).values).toMatchObject([{ label: true }]);
    expect(exportOf('kto', events, { 'min-raters': '3' })).toMatchObject({
      values: [],
      counts: { skipped: { tooFewRaters: 1 } },
    });
  });

  it('one username has a vote for each of its sources', () => {
    const both = [
      ...talk,
      likes('r1', 'ada'),
      feedback('r1', 'ada', { rating: 'dislike', source: 'reviewer' }),
    ];
    expect(exportOf('kto', both, { source: 'end_user,reviewer' }).counts.conflicts.found).toBe(1);
  });
});
