// Pairs of a better and a worse reply, and the formats that export them.
import { describe, expect, it } from 'vitest';
import {
  answer,
  assistant,
  dislikes,
  exportOf,
  feedback,
  likes,
  prompt,
  user,
} from '../../support/drafts.ts';
import type { Told } from '../../support/told.ts';

const replies = [
  prompt('p', 'Why?'),
  answer('a', 'A', 'p'),
  answer('b', 'B', 'p', { model: 'other' }),
  answer('c', 'C', 'p'),
];

/** The chosen reply, the rejected reply and the provenance of each pair. */
const pairs = (events: Told[], settings = {}) =>
  exportOf('dpo', [...replies, ...events], settings).records.map(({ value, from }) => {
    const [chosen, rejected] = [value.chosen, value.rejected].map((messages) => Object(messages)[0].content);
    return `${chosen} > ${rejected} (${from})`;
  });
const prefers = (username: string, id: string, over: string[]) =>
  feedback(id, username, { preferred_over: over });

describe('pairs', () => {
  it('are made of explicit preferences', () => {
    expect(pairs([prefers('ada', 'b', ['a', 'c'])])).toEqual(['B > A (preference)', 'B > C (preference)']);
  });

  it('are made of siblings that one author liked and disliked, never of those of two authors', () => {
    expect(pairs([likes('a', 'ada'), dislikes('b', 'ada'), dislikes('c', 'bob')])).toEqual([
      'A > B (rating)',
    ]);
    expect(pairs([likes('a', 'ada'), likes('b', 'ada')])).toEqual([]);
  });

  it('are made of a correction and the reply that it corrects', () => {
    expect(pairs([feedback('a', 'ada', { correction: 'A!' })])).toEqual(['A! > A (correction)']);
    expect(
      pairs([feedback('a', 'ada', { correction: 'A!' }), feedback('a', 'bob', { correction: '  ' })]),
    ).toEqual(['A! > A (correction)']);
  });

  it('are made only of the kinds of feedback that the recipe names', () => {
    const events = [prefers('ada', 'b', ['a']), likes('a', 'bob'), dislikes('c', 'bob')];
    const all = [...events, feedback('c', 'bob', { correction: 'C!' })];
    expect(pairs(all, { pairs: 'preference' })).toEqual(['B > A (preference)']);
    expect(pairs(all, { pairs: 'rating' })).toEqual(['A > C (rating)']);
    expect(pairs(all, { pairs: 'correction' })).toEqual(['C! > C (correction)']);
  });

  it('follow an author’s choice rather than their ratings', () => {
    expect(pairs([likes('a', 'ada'), dislikes('b', 'ada'), prefers('ada', 'b', ['a'])])).toEqual([
      'B > A (preference)',
    ]);
    const tied = [likes('a', 'ada'), dislikes('b', 'ada'), feedback('a', 'ada', { tied_with: ['b'] })];
    expect(pairs(tied)).toEqual([]);
  });

  it('follow the conflict rule if authors contradict each other, and count the conflict', () => {
    const events = [prefers('ada', 'a', ['b']), prefers('bob', 'a', ['b']), prefers('cy', 'b', ['a'])];
    expect(pairs(events)).toEqual(['A > B (preference)']);
    expect(pairs(events, { conflict: 'drop' })).toEqual([]);
    expect(pairs(events, { conflict: 'keep-all' })).toEqual(['A > B (preference)', 'B > A (preference)']);
    expect(exportOf('dpo', [...replies, ...events]).counts.conflicts).toMatchObject({ found: 1, decided: 1 });
    expect(pairs(events, { 'min-raters': '3' })).toEqual([]);
  });

  it('are not made of two replies with the same text, which are counted', () => {
    const same = [
      prompt('p', 'Why?'),
      answer('a', 'A', 'p'),
      answer('b', 'A', 'p'),
      prefers('ada', 'a', ['b']),
    ];
    expect(exportOf('dpo', same)).toMatchObject({ values: [], counts: { skipped: { sameText: 1 } } });
  });

  it('are not made of replies to different prompts', () => {
    const events = [prompt('q', 'How?', 'a'), answer('d', 'D', 'q'), likes('a', 'ada'), dislikes('d', 'ada')];
    expect(pairs(events)).toEqual([]);
  });
});

describe('the formats of pairs', () => {
  const events = [...replies, prefers('ada', 'b', ['a'])];

  it('dpo: prompt, chosen, rejected', () => {
    const { values, records } = exportOf('dpo', events);
    expect(values).toEqual([
      { prompt: [user('Why?')], chosen: [assistant('B')], rejected: [assistant('A')] },
    ]);
    expect(records[0]).toMatchObject({ model: 'other', messageIds: ['b', 'a'], from: 'preference' });
  });

  it('openai-dpo: input, preferred_output, non_preferred_output', () => {
    expect(exportOf('openai-dpo', events).values).toEqual([
      {
        input: { messages: [user('Why?')], tools: [], parallel_tool_calls: true },
        preferred_output: [assistant('B')],
        non_preferred_output: [assistant('A')],
      },
    ]);
  });

  it('reward: chosen and rejected, both with the prompt', () => {
    expect(exportOf('reward', events).values).toEqual([
      { chosen: [user('Why?'), assistant('B')], rejected: [user('Why?'), assistant('A')] },
    ]);
  });
});
