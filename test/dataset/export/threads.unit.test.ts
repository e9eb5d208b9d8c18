// Threads to learn from, and the formats that export them.
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

const talk = [
  prompt('p1', 'One?'),
  answer('r1', 'One.', 'p1'),
  prompt('p2', 'Two?', 'r1'),
  answer('r2', 'Two.', 'p2'),
  prompt('p3', 'Three?', 'r2'),
];
const one = [user('One?'), assistant('One.')];
const two = [...one, user('Two?'), assistant('Two.')];
const messages = (events: Told[], settings = {}) =>
  exportOf('sft', events, settings).values.map((value) => value.messages);

describe('sft', () => {
  it('teaches a thread up to its last reply', () => {
    expect(messages(talk)).toEqual([two]);
  });

  it('has corrections in place of the replies that they correct', () => {
    const events = [...talk, feedback('r1', 'ada', { rating: 'dislike', correction: '1.' })];
    const { values, records } = exportOf('sft', events);
    expect(values).toEqual([{ messages: [user('One?'), assistant('1.'), user('Two?'), assistant('Two.')] }]);
    expect(records[0]).toMatchObject({ from: 'correction', messageIds: ['r2'] });
  });

  it('uses the correction of most authors, and among equals the newest', () => {
    const correct = (username: string, correction: string, at: string): Told => {
      const [type, payload] = feedback('r1', username, { correction });
      return [type, payload, at];
    };
    const events = [
      correct('ada', 'old', '2026-11-23T12:00:00.000Z'),
      correct('bob', 'new', '2026-11-23T13:00:00.000Z'),
    ];
    expect(messages([...talk.slice(0, 2), ...events])).toEqual([[user('One?'), assistant('new')]]);
    const more = [...events, correct('cy', 'old', '2026-11-23T12:30:00.000Z')];
    expect(messages([...talk.slice(0, 2), ...more])).toEqual([[user('One?'), assistant('old')]]);
  });

  it('ends before a reply that was disliked, or to which a sibling was preferred', () => {
    expect(messages([...talk, dislikes('r2', 'ada')])).toEqual([one]);
    expect(messages([...talk, dislikes('r1', 'ada')])).toEqual([]);
    const rejected = [...talk, answer('r3', '2', 'p2'), feedback('r3', 'ada', { preferred_over: ['r2'] })];
    expect(messages(rejected)).toEqual([[...one, user('Two?'), assistant('2')]]);
  });

  it('counts a choice against a reply as a dislike, whatever its author rated', () => {
    const chosen = [...talk, answer('r3', '2', 'p2'), feedback('r3', 'ada', { preferred_over: ['r2'] })];
    expect(messages([...chosen, likes('r2', 'ada')])).toEqual([[...one, user('Two?'), assistant('2')]]);
    const liked = [...chosen, likes('r2', 'bob'), likes('r2', 'cy')];
    expect(messages(liked)).toEqual([two, [...one, user('Two?'), assistant('2')]]);
  });

  it('teaches all replies, or only up to the last liked one, if the recipe says so', () => {
    const events = [...talk, likes('r1', 'ada'), dislikes('r2', 'ada')];
    expect(messages(events, { replies: 'all' })).toEqual([two]);
    expect(messages([...talk, likes('r1', 'ada')], { replies: 'liked' })).toEqual([one]);
    expect(messages(talk, { replies: 'liked' })).toEqual([]);
  });

  it('teaches each branch, and none that is the beginning of another', () => {
    const events = [...talk, answer('r1b', '1', 'p1')];
    expect(messages(events)).toEqual([two, [user('One?'), assistant('1')]]);
  });

  it('teaches only the last prompt and its reply if the recipe says so', () => {
    expect(messages(talk, { turns: 'last' })).toEqual([[user('Two?'), assistant('Two.')]]);
  });
});

describe('openai-sft', () => {
  it('gives disliked replies the weight 0, and no other a weight', () => {
    expect(exportOf('openai-sft', [...talk, dislikes('r1', 'ada')]).values).toEqual([
      {
        messages: [user('One?'), { ...assistant('One.'), weight: 0 }, user('Two?'), assistant('Two.')],
      },
    ]);
  });

  it('leaves out and counts a thread in which every reply has the weight 0', () => {
    const { values, counts } = exportOf('openai-sft', [...talk.slice(0, 2), dislikes('r1', 'ada')]);
    expect(values).toEqual([]);
    expect(counts.skipped.nothingToLearn).toBe(1);
  });
});
