import { describe, expect, it } from 'vitest';
import { answer, assistant, dislikes, draft, feedback, likes, prompt, user } from '../../support/drafts.ts';
import type { Told } from '../../support/told.ts';

const replies = [
  prompt('p', 'Why?'),
  answer('a', 'A', 'p'),
  answer('b', 'B', 'p', { model: 'other' }),
  answer('c', 'C', 'p'),
];

/** chosen, rejected and provenance of each pair. */
const pairs = (told: Told[], settings = {}) =>
  draft('dpo', [...replies, ...told], settings).drafts.map(({ value, from }) => {
    const [chosen, rejected] = [value.chosen, value.rejected].map((turns) => Object(turns)[0].content);
    return `${chosen} > ${rejected} (${from})`;
  });
const prefers = (username: string, id: string, over: string[]) =>
  feedback(id, username, { preferred_over: over });

describe('pairs', () => {
  it('come of explicit preferences', () => {
    expect(pairs([prefers('ada', 'b', ['a', 'c'])])).toEqual(['B > A (preference)', 'B > C (preference)']);
  });

  it('come of siblings that the same author liked and disliked, never of two authors', () => {
    expect(pairs([likes('a', 'ada'), dislikes('b', 'ada'), dislikes('c', 'bob')])).toEqual([
      'A > B (rating)',
    ]);
    expect(pairs([likes('a', 'ada'), likes('b', 'ada')])).toEqual([]);
  });

  it('come of a correction against the reply that it corrects', () => {
    expect(pairs([feedback('a', 'ada', { correction: 'A!' })])).toEqual(['A! > A (correction)']);
    expect(
      pairs([feedback('a', 'ada', { correction: 'A!' }), feedback('a', 'bob', { correction: '  ' })]),
    ).toEqual(['A! > A (correction)']);
  });

  it('come only of what is asked for', () => {
    const told = [prefers('ada', 'b', ['a']), likes('a', 'bob'), dislikes('c', 'bob')];
    const all = [...told, feedback('c', 'bob', { correction: 'C!' })];
    expect(pairs(all, { pairs: 'preference' })).toEqual(['B > A (preference)']);
    expect(pairs(all, { pairs: 'rating' })).toEqual(['A > C (rating)']);
    expect(pairs(all, { pairs: 'correction' })).toEqual(['C! > C (correction)']);
  });

  it('take what an author chose before what follows from their ratings', () => {
    expect(pairs([likes('a', 'ada'), dislikes('b', 'ada'), prefers('ada', 'b', ['a'])])).toEqual([
      'B > A (preference)',
    ]);
    const tied = [likes('a', 'ada'), dislikes('b', 'ada'), feedback('a', 'ada', { tied_with: ['b'] })];
    expect(pairs(tied)).toEqual([]);
  });

  it('follow the rule where authors contradict each other, and count it', () => {
    const told = [prefers('ada', 'a', ['b']), prefers('bob', 'a', ['b']), prefers('cy', 'b', ['a'])];
    expect(pairs(told)).toEqual(['A > B (preference)']);
    expect(pairs(told, { conflict: 'drop' })).toEqual([]);
    expect(pairs(told, { conflict: 'keep-all' })).toEqual(['A > B (preference)', 'B > A (preference)']);
    expect(draft('dpo', [...replies, ...told]).tally.conflicts).toMatchObject({ found: 1, decided: 1 });
    expect(pairs(told, { 'min-raters': '3' })).toEqual([]);
  });

  it('of two replies with the same text are none, and counted', () => {
    const same = [
      prompt('p', 'Why?'),
      answer('a', 'A', 'p'),
      answer('b', 'A', 'p'),
      prefers('ada', 'a', ['b']),
    ];
    expect(draft('dpo', same)).toMatchObject({ values: [], tally: { skipped: { sameText: 1 } } });
  });

  it('are never of replies to different prompts', () => {
    const told = [prompt('q', 'How?', 'a'), answer('d', 'D', 'q'), likes('a', 'ada'), dislikes('d', 'ada')];
    expect(pairs(told)).toEqual([]);
  });
});

describe('the formats of pairs', () => {
  const told = [...replies, prefers('ada', 'b', ['a'])];

  it('dpo: prompt, chosen, rejected', () => {
    const { values, drafts } = draft('dpo', told);
    expect(values).toEqual([
      { prompt: [user('Why?')], chosen: [assistant('B')], rejected: [assistant('A')] },
    ]);
    expect(drafts[0]).toMatchObject({ model: 'other', messageIds: ['b', 'a'], from: 'preference' });
  });

  it('openai-dpo: input, preferred_output, non_preferred_output', () => {
    expect(draft('openai-dpo', told).values).toEqual([
      {
        input: { messages: [user('Why?')], tools: [], parallel_tool_calls: true },
        preferred_output: [assistant('B')],
        non_preferred_output: [assistant('A')],
      },
    ]);
  });

  it('reward: chosen and rejected with the prompt inside', () => {
    expect(draft('reward', told).values).toEqual([
      { chosen: [user('Why?'), assistant('B')], rejected: [user('Why?'), assistant('A')] },
    ]);
  });
});
