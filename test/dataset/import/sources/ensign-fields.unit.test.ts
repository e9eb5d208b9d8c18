// What single fields of the reference mean, and that unknown fields are kept.
import { describe, expect, it } from 'vitest';
import { createEnsignReader } from '../../../../src/dataset/import/sources/ensign.ts';
import { added, asJson, ended, type Fields, started, updated, type Value } from '../../../support/ensign.ts';
import { eventsOf, lastFieldsOf, options, payloadsOf, ulid } from '../../../support/ensign-reader.ts';

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
  ])('%j is a rating or a score', (rating, expected) => {
    expect(lastFieldsOf(like(rating))).toEqual(expected);
    expect(createEnsignReader(options)(asJson(like(rating))).events).toEqual(eventsOf(like(rating)));
  });

  it.each<Value>([2, -0.1, '1.5', '-1', 'meh', true, ['like'], 'NaN', '0x1', 'Infinity'])(
    '%j is neither',
    (rating) => {
      expect(() => eventsOf(like(rating))).toThrow(
        `rating ${JSON.stringify(rating)} must be like, dislike, or a number from 0 to 1.`,
      );
    },
  );

  it('"" and blank comments change nothing, and alone are no event', () => {
    expect(lastFieldsOf(updated('c', '1', { rating: '', feedback: 'No.' }))).toEqual({ feedback: 'No.' });
    expect(lastFieldsOf(updated('c', '1', { rating: 'like', feedback: ' \n' }))).toEqual({ rating: 'like' });
    expect(eventsOf(updated('c', '1', {}), updated('c', '1', { username: 'ada', feedback: ' ' }))).toEqual(
      [],
    );
    expect(eventsOf({ type: 'update_message', data: { id: '1', conversation_id: 'c' } })).toEqual([]);
  });

  it('None withdraws the comment', () => {
    expect(lastFieldsOf(updated('c', '1', { feedback: null }))).toEqual({ feedback: null });
  });

  it('belong to the user in the line, or to the owner of the conversation', () => {
    expect(lastFieldsOf(updated('c', '1', { rating: 'like', username: 'eve' }))).toEqual({
      rating: 'like',
      username: 'eve',
    });
    expect(lastFieldsOf(updated('c', '1', { rating: 'like', username: '' }))).toEqual({ rating: 'like' });
  });

  it('within a message become an update after it', () => {
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

describe('fields that the reference does not have', () => {
  it('are kept as metadata', () => {
    const odd: Fields = { tokens: 12, nested: { a: [1, null, { b: 'c' }] }, big: 1e20 };
    expect(lastFieldsOf(started(ulid, odd))).toMatchObject({ metadata: odd });
    expect(lastFieldsOf(added(ulid, '1', odd))).toMatchObject({ metadata: { ...odd, ensign_id: '1' } });
    expect(lastFieldsOf(updated(ulid, '1', { ...odd, rating: 'like' }))).toEqual({
      rating: 'like',
      metadata: odd,
    });
    expect(lastFieldsOf(updated(ulid, '1', odd))).toEqual({ metadata: odd });
    expect(lastFieldsOf(ended(ulid, odd))).toEqual({ metadata: odd });
  });

  it('are kept of an update that contains a whole message, unless they are ""', () => {
    const whole = { role: 'assistant', content: '', timestamp: '2024-09-13T18:11:48', rating: 'like' };
    expect(lastFieldsOf(updated('c', '1', whole))).toEqual({
      rating: 'like',
      metadata: { role: 'assistant', timestamp: '2024-09-13T18:11:48' },
    });
  });

  it('are merged with existing metadata, and never overwrite it', () => {
    expect(lastFieldsOf(started('c', { metadata: { a: 1 }, b: 2 }))).toMatchObject({
      metadata: { a: 1, b: 2, ensign_id: 'c' },
    });
    expect(lastFieldsOf(started(ulid, { metadata: 5 }))).toMatchObject({ metadata: { metadata: 5 } });
    expect(() => eventsOf(started('c', { metadata: { a: 1 }, a: 2 }))).toThrow(
      'Two fields would become metadata.a:',
    );
    expect(() => eventsOf(started('c', { ensign_id: 'd' }))).toThrow(
      'Two fields would become metadata.ensign_id:',
    );
  });

  it('keep all digits of integers beyond 2^53, in both formats', () => {
    const read = createEnsignReader(options);
    const line = `end_conversation v0.0.0 {'id': '${ulid}', 'user': 1234567890123456789, 'x': 12345678901234567.5}`;
    const json = `{"type": "end_conversation", "data": {"id": "${ulid}", "user": 1234567890123456789, "x": 12345678901234567.5}}`;
    expect(read(line).events).toMatchObject([{ payload: { metadata: { user: '1234567890123456789' } } }]);
    expect(read(json).events).toEqual(read(line).events);
  });
});
