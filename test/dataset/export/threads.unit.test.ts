import { describe, expect, it } from 'vitest';
import { answer, assistant, dislikes, draft, feedback, likes, prompt, user } from '../../support/drafts.ts';
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
const messages = (told: Told[], settings = {}) =>
  draft('sft', told, settings).values.map((value) => value.messages);

describe('sft', () => {
  it('teaches a thread up to its last reply', () => {
    expect(messages(talk)).toEqual([two]);
  });

  it('has corrections in place of the replies that they correct', () => {
    const told = [...talk, feedback('r1', 'ada', { rating: 'dislike', correction: '1.' })];
    const { values, drafts } = draft('sft', told);
    expect(values).toEqual([{ messages: [user('One?'), assistant('1.'), user('Two?'), assistant('Two.')] }]);
    expect(drafts[0]).toMatchObject({ from: 'correction', messageIds: ['r2'] });
  });

  it('takes the correction that most authors give, then the newest', () => {
    const correct = (username: string, correction: string, at: string): Told => {
      const [type, payload] = feedback('r1', username, { correction });
      return [type, payload, at];
    };
    const told = [
      correct('ada', 'old', '2026-11-23T12:00:00.000Z'),
      correct('bob', 'new', '2026-11-23T13:00:00.000Z'),
    ];
    expect(messages([...talk.slice(0, 2), ...told])).toEqual([[user('One?'), assistant('new')]]);
    const more = [...told, correct('cy', 'old', '2026-11-23T12:30:00.000Z')];
    expect(messages([...talk.slice(0, 2), ...more])).toEqual([[user('One?'), assistant('old')]]);
  });

  it('ends before a reply that was disliked, or over which a sibling was chosen', () => {
    expect(messages([...talk, dislikes('r2', 'ada')])).toEqual([one]);
    expect(messages([...talk, dislikes('r1', 'ada')])).toEqual([]);
    const beaten = [...talk, answer('r3', '2', 'p2'), feedback('r3', 'ada', { preferred_over: ['r2'] })];
    expect(messages(beaten)).toEqual([[...one, user('Two?'), assistant('2')]]);
  });

  it('takes a choice against a reply for more than its author’s like, and less than many', () => {
    const chosen = [...talk, answer('r3', '2', 'p2'), feedback('r3', 'ada', { preferred_over: ['r2'] })];
    expect(messages([...chosen, likes('r2', 'ada')])).toEqual([[...one, user('Two?'), assistant('2')]]);
    const liked = [...chosen, likes('r2', 'bob'), likes('r2', 'cy')];
    expect(messages(liked)).toEqual([two, [...one, user('Two?'), assistant('2')]]);
  });

  it('teaches all replies, or only up to the last liked one, where that is asked for', () => {
    const told = [...talk, likes('r1', 'ada'), dislikes('r2', 'ada')];
    expect(messages(told, { replies: 'all' })).toEqual([two]);
    expect(messages([...talk, likes('r1', 'ada')], { replies: 'liked' })).toEqual([one]);
    expect(messages(talk, { replies: 'liked' })).toEqual([]);
  });

  it('teaches each branch, and none that another goes on', () => {
    const told = [...talk, answer('r1b', '1', 'p1')];
    expect(messages(told)).toEqual([two, [user('One?'), assistant('1')]]);
  });

  it('teaches the last turn alone where that is asked for', () => {
    expect(messages(talk, { turns: 'last' })).toEqual([[user('Two?'), assistant('Two.')]]);
  });
});

describe('openai-sft', () => {
  it('gives disliked replies the weight 0, and no other a weight', () => {
    expect(draft('openai-sft', [...talk, dislikes('r1', 'ada')]).values).toEqual([
      {
        messages: [user('One?'), { ...assistant('One.'), weight: 0 }, user('Two?'), assistant('Two.')],
      },
    ]);
  });

  it('leaves out a thread in which nothing is to be learnt', () => {
    const { values, tally } = draft('openai-sft', [...talk.slice(0, 2), dislikes('r1', 'ada')]);
    expect(values).toEqual([]);
    expect(tally.skipped.nothingToLearn).toBe(1);
  });
});
