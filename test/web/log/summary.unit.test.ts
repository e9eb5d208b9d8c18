import { describe, expect, it } from 'vitest';
import { emptyFeedback, feedbackFieldsSchema } from '../../../src/log/feedback-fields.ts';
import type { FeedbackSnapshot } from '../../../src/log/fold/fold.ts';
import { describeFeedback, feedbackFields } from '../../../src/web/log/feedback-fields.ts';
import { summaryOf } from '../../../src/web/log/summary.ts';

describe('the summary of an event', () => {
  it.each([
    [{ rating: 'like', score: 0.5 }, 'rating: like · score: 0.5'],
    [{ rating: null, feedback: '' }, 'rating withdrawn'],
    [{ feedback: 'Too long', correction: 'Short' }, 'comment: Too long · correction: Short'],
    [{ preferred_over: ['b'], tied_with: [] }, 'preferred over: b'],
    [{ preferred_over: [], tied_with: ['b'] }, 'equally good as: b'],
    [{ preferred_over: [], tied_with: [], username: 'ada' }, 'preference withdrawn'],
    [{ tags: [] }, 'withdrawn'],
    [{ signal: 'copied' }, 'signal: copied'],
    [{ status: 'stopped', content: 'Thr' }, 'reply: stopped'],
    [{}, 'hidden: feedback of another user'],
  ])('names what an update changes: %j', (fields, line) => {
    const payload = { id: 'a', conversation_id: 'c', ...fields };
    expect(summaryOf({ type: 'UPDATE_MESSAGE', payload })).toBe(line);
  });

  it('names what the other events add', () => {
    expect(summaryOf({ type: 'START_CONVERSATION', payload: { model: { id: 'm' } } })).toBe('with m');
    expect(summaryOf({ type: 'START_CONVERSATION', payload: { title: 'Trip' } })).toBe('Trip');
    expect(summaryOf({ type: 'ADD_MESSAGE', payload: { role: 'user', content: 'a\n b' } })).toBe('user: a b');
    expect(
      summaryOf({ type: 'ADD_MESSAGE', payload: { role: 'assistant', content: '', status: 'streaming' } }),
    ).toBe('assistant: being generated');
    expect(summaryOf({ type: 'UPDATE_CONVERSATION', payload: { rating: 'dislike' } })).toBe(
      'rating: dislike',
    );
  });

  it('is cut to one line of 140 characters', () => {
    const line = summaryOf({ type: 'ADD_MESSAGE', payload: { role: 'user', content: 'x'.repeat(200) } });
    expect(line).toHaveLength(140);
    expect(line.endsWith('x…')).toBe(true);
  });
});

describe('the fields of feedback that the log shows', () => {
  it('are those of the event schema', () => {
    expect(feedbackFields.map(({ payloadKey }) => payloadKey).sort()).toEqual(
      Object.keys(feedbackFieldsSchema.shape).sort(),
    );
  });

  it('are shown if they are set', () => {
    const none: FeedbackSnapshot = {
      ...emptyFeedback,
      username: 'ada',
      source: 'end_user',
      createdAt: new Date(0),
      updatedAt: new Date(0),
    };
    expect(describeFeedback(none)).toBe('');
    expect(
      describeFeedback({
        ...none,
        rating: 'like',
        score: 0.5,
        tags: ['a', 'b'],
        comment: 'Yes',
        correction: 'No',
      }),
    ).toBe('like · score 0.5 · a, b · “Yes” · should be: “No”');
    expect(describeFeedback({ ...none, preferredOver: ['b'], tiedWith: ['c', 'd'] })).toBe(
      'preferred over another reply · equally good as 2 other replies',
    );
  });
});
