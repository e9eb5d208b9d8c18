import { describe, expect, it } from 'vitest';
import {
  answer,
  assistant,
  dislikes,
  draft,
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
    const { values, drafts, tally } = draft('kto', [...talk, dislikes('r1', 'ada'), likes('r2', 'ada')]);
    const before = [{ role: 'system', content: 'Be brief.' }, user('Why?')];
    expect(values).toEqual([
      { prompt: before, completion: [assistant('Because.')], label: false },
      {
        prompt: [...before, assistant('Because.'), user('Really?')],
        completion: [assistant('Yes.')],
        label: true,
      },
    ]);
    expect(drafts[0]).toMatchObject({
      from: 'rating',
      model: 'zephyr',
      messageIds: ['r1'],
      authors: [{ username: 'ada', source: 'end_user' }],
    });
    expect(tally.conflicts.found).toBe(0);
  });

  it('makes nothing of a rating that was withdrawn', () => {
    const told = [...talk, likes('r1', 'ada'), feedback('r1', 'ada', { rating: null })];
    expect(draft('kto', told).values).toEqual([]);
  });

  it('takes scores only by a threshold, and a rating before the score of the same author', () => {
    const told = [
      ...talk,
      feedback('r1', 'ada', { score: 0.4 }),
      feedback('r2', 'ada', { score: 0.1, rating: 'like' }),
    ];
    expect(draft('kto', told).values).toMatchObject([{ label: true }]);
    const { values, drafts } = draft('kto', told, { 'score-threshold': '0.4' });
    expect(values).toMatchObject([{ label: true }, { label: true }]);
    expect(drafts.map(({ from }) => from)).toEqual(['score', 'rating']);
    expect(draft('kto', told, { 'score-threshold': '0.41' }).values).toMatchObject([
      { label: false },
      { label: true },
    ]);
  });

  it('counts only feedback of the sources and tags that are asked for', () => {
    const told = [
      ...talk,
      feedback('r1', 'ada', { rating: 'like', tags: ['clear'] }),
      feedback('r1', 'gpt', { rating: 'dislike', source: 'judge' }),
    ];
    expect(draft('kto', told).values).toMatchObject([{ label: true }]);
    expect(draft('kto', told, { source: 'judge' }).values).toMatchObject([{ label: false }]);
    expect(draft('kto', told, { tags: 'clear,kind' }).values).toHaveLength(1);
    expect(draft('kto', told, { tags: 'kind' }).values).toEqual([]);
  });

  it('keeps only the last prompt, drops what the system said, and leaves models and times out as asked', () => {
    const told = [...talk, likes('r2', 'ada')];
    expect(draft('kto', told, { turns: 'last', system: 'drop' }).values).toMatchObject([
      { prompt: [user('Really?')] },
    ]);
    expect(draft('kto', told, { turns: 'last' }).values).toMatchObject([
      { prompt: [{ role: 'system', content: 'Be brief.' }, user('Really?')] },
    ]);
    expect(draft('kto', told, { models: 'other' }).values).toEqual([]);
    expect(draft('kto', told, { from: '2026-11-23T10:00:01Z' }).values).toEqual([]);
    expect(draft('kto', told, { to: '2026-11-23T10:00:01Z' }).values).toHaveLength(1);
  });

  it('takes only replies that are complete, and stopped ones where they are asked for', () => {
    const partial = (status: string) => [
      prompt('p1', 'Why?'),
      answer('r1', '', 'p1', { status: 'streaming' }),
      feedback('r1', 'ada', { status, content: 'Beca' }),
      likes('r1', 'ada'),
    ];
    const count = (status: string, settings = {}) => draft('kto', partial(status), settings).values.length;
    expect(['complete', 'stopped', 'interrupted', 'failed'].map((status) => count(status))).toEqual([
      1, 0, 0, 0,
    ]);
    expect(count('stopped', { 'include-stopped': true })).toBe(1);
    expect(count('interrupted', { 'include-stopped': true })).toBe(0);
  });

  it('leaves out, and counts, what a chat template would refuse', () => {
    const twice = [
      prompt('p1', 'Why?'),
      prompt('p2', 'Well?', 'p1'),
      answer('r1', 'So.', 'p2'),
      likes('r1', 'ada'),
    ];
    expect(draft('kto', twice)).toMatchObject({ values: [], tally: { skipped: { roles: 1 } } });
    const blank = [prompt('p1', ' \n'), answer('r1', 'So.', 'p1'), likes('r1', 'ada')];
    expect(draft('kto', blank)).toMatchObject({ values: [], tally: { skipped: { emptyContent: 1 } } });
  });
});

describe('where authors contradict each other', () => {
  const told = [...talk, likes('r1', 'ada'), likes('r1', 'bob'), dislikes('r1', 'cy')];
  const tied = [...talk, likes('r1', 'ada'), dislikes('r1', 'cy')];
  const labels = (all: typeof told, conflict: string) => {
    const { values, tally } = draft('kto', all, { conflict });
    return { labels: values.map(({ label }) => label), conflicts: tally.conflicts };
  };
  const none = { found: 1, decided: 0, dropped: 0, keptAll: 0 };

  it('the majority decides, and a tie is dropped', () => {
    expect(labels(told, 'majority')).toEqual({ labels: [true], conflicts: { ...none, decided: 1 } });
    expect(labels(tied, 'majority')).toEqual({ labels: [], conflicts: { ...none, dropped: 1 } });
  });

  it('drop leaves the reply out, however many agree', () => {
    expect(labels(told, 'drop')).toEqual({ labels: [], conflicts: { ...none, dropped: 1 } });
  });

  it('keep-all keeps both labels, each with those who say it', () => {
    expect(labels(told, 'keep-all')).toEqual({ labels: [true, false], conflicts: { ...none, keptAll: 1 } });
    const { drafts } = draft('kto', told, { conflict: 'keep-all' });
    expect(drafts.map(({ authors }) => authors.map(({ username }) => username))).toEqual([
      ['ada', 'bob'],
      ['cy'],
    ]);
  });

  it('a minimum of raters is asked of those who agree', () => {
    expect(draft('kto', told, { 'min-raters': '2' }).values).toMatchObject([{ label: true }]);
    expect(draft('kto', told, { 'min-raters': '3' })).toMatchObject({
      values: [],
      tally: { skipped: { tooFewRaters: 1 } },
    });
  });

  it('one author in two capacities has two voices', () => {
    const both = [
      ...talk,
      likes('r1', 'ada'),
      feedback('r1', 'ada', { rating: 'dislike', source: 'reviewer' }),
    ];
    expect(draft('kto', both, { source: 'end_user,reviewer' }).tally.conflicts.found).toBe(1);
  });
});
