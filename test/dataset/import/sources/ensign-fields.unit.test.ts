// What single fields of the reference mean, and what becomes of those that it does not know.
import { describe, expect, it } from 'vitest';
import { createEnsignReader } from '../../../../src/dataset/import/sources/ensign.ts';
import { added, asJson, ended, type Fields, started, updated, type Value } from '../../../support/ensign.ts';
import { eventsOf, options, payloadsOf, said, ulid } from '../../../support/ensign-reader.ts';

describe('ratings and comments', () => {
  const like = (rating: Value) => updated('c', '1', { rating });

  it.each<[Value, unknown]>([
    ['like', { rating: 'like' }],
    ['dislike', { rating: 'dislike' }],
    [' Like', { rating: 'like' }],
    [0, { score: 0 }],
    [0.25, { score: 0.25 }],
    [1, { score: 1 }],
    ['0.75', { score: 0.75 }],
    ['.5', { score: 0.5 }],
    ['1e-1', { score: 0.1 }],
    [null, { rating: null, score: null }],
  ])('%j is understood', (rating, expected) => {
    expect(said(like(rating))).toEqual(expected);
    expect(createEnsignReader(options)(asJson(like(rating))).events).toEqual(eventsOf(like(rating)));
  });

  it.each<Value>([2, -0.1, '1.5', '-1', 'meh', true, ['like'], 'NaN', '0x1', 'Infinity'])(
    '%j is not',
    (rating) => {
      expect(() => eventsOf(like(rating))).toThrow(
        `rating ${JSON.stringify(rating)} is neither like nor dislike, nor a number from 0 to 1.`,
      );
    },
  );

  it('"" and blanks leave what was said before, and alone say nothing', () => {
    expect(said(updated('c', '1', { rating: '', feedback: 'No.' }))).toEqual({ feedback: 'No.' });
    expect(said(updated('c', '1', { rating: 'like', feedback: ' \n' }))).toEqual({ rating: 'like' });
    expect(eventsOf(updated('c', '1', {}), updated('c', '1', { username: 'ada', feedback: ' ' }))).toEqual(
      [],
    );
    expect(eventsOf({ type: 'update_message', data: { id: '1', conversation_id: 'c' } })).toEqual([]);
  });

  it('None withdraws the comment', () => {
    expect(said(updated('c', '1', { feedback: null }))).toEqual({ feedback: null });
  });

  it('are of the one who is named, else of the conversation’s user', () => {
    expect(said(updated('c', '1', { rating: 'like', username: 'eve' }))).toEqual({
      rating: 'like',
      username: 'eve',
    });
    expect(said(updated('c', '1', { rating: 'like', username: '' }))).toEqual({ rating: 'like' });
  });

  it('that stand in a message itself become an update after it', () => {
    const [add, update] = payloadsOf(added('c', '1', { rating: 'dislike', feedback: 'No.' }));
    expect(add).toMatchObject({ rating: '', feedback: '' });
    expect(update).toEqual({
      id: add?.id,
      conversation_id: add && 'conversation_id' in add && add.conversation_id,
      rating: 'dislike',
      feedback: 'No.',
    });
    expect(payloadsOf(added('c', '1', { rating: null, feedback: null }))).toHaveLength(1);
    const { rating: _rating, feedback: _feedback, ...bare } = added('c', '1').data;
    expect(payloadsOf({ type: 'add_message', data: bare })).toEqual(payloadsOf(added('c', '1')));
  });
});

describe('what the reference does not know', () => {
  it('is kept in metadata, whole', () => {
    const odd: Fields = { tokens: 12, nested: { a: [1, null, { b: 'c' }] }, big: 1e20 };
    expect(said(started(ulid, odd))).toMatchObject({ metadata: odd });
    expect(said(added(ulid, '1', odd))).toMatchObject({ metadata: { ...odd, ensign_id: '1' } });
    expect(said(updated(ulid, '1', { ...odd, rating: 'like' }))).toEqual({ rating: 'like', metadata: odd });
    expect(said(updated(ulid, '1', odd))).toEqual({ metadata: odd });
    expect(said(ended(ulid, odd))).toEqual({ metadata: odd });
  });

  it('is kept of an update that holds a whole message, but for what isn’t set', () => {
    const whole = { role: 'assistant', content: '', timestamp: '2024-09-13T18:11:48', rating: 'like' };
    expect(said(updated('c', '1', whole))).toEqual({
      rating: 'like',
      metadata: { role: 'assistant', timestamp: '2024-09-13T18:11:48' },
    });
  });

  it('joins metadata that is there, and never overwrites it', () => {
    expect(said(started('c', { metadata: { a: 1 }, b: 2 }))).toMatchObject({
      metadata: { a: 1, b: 2, ensign_id: 'c' },
    });
    expect(said(started(ulid, { metadata: 5 }))).toMatchObject({ metadata: { metadata: 5 } });
    expect(() => eventsOf(started('c', { metadata: { a: 1 }, a: 2 }))).toThrow(
      'Two values would be metadata.a',
    );
    expect(() => eventsOf(started('c', { ensign_id: 'd' }))).toThrow(
      'Two values would be metadata.ensign_id',
    );
  });

  it('keeps whole numbers exact that no number here can hold, in both formats', () => {
    const read = createEnsignReader(options);
    const line = `end_conversation v0.0.0 {'id': '${ulid}', 'user': 1234567890123456789, 'x': 12345678901234567.5}`;
    const json = `{"type": "end_conversation", "data": {"id": "${ulid}", "user": 1234567890123456789, "x": 12345678901234567.5}}`;
    expect(read(line).events).toMatchObject([{ payload: { metadata: { user: '1234567890123456789' } } }]);
    expect(read(json).events).toEqual(read(line).events);
  });
});
