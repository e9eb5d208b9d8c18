// The events of Open WebUI's feedback, which are the same each time; and why an entry is bad.
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/dataset/import/source.ts';
import { readOpenWebuiEntry } from '../../../../src/dataset/import/sources/open-webui.ts';
import { isUlid } from '../../../../src/lib/ulid.ts';
import { answer, entry, other, prompt } from '../../../support/open-webui.ts';

const options = {
  topic: 'fruit',
  username: 'imported',
  utcOffset: '',
  maxMessageBytes: 100,
  now: () => new Date('2026-11-25T12:00:00Z'),
};
const read = (record: unknown): Entry => readOpenWebuiEntry(JSON.stringify(record), options);
const idsOf = ({ events }: Entry) =>
  new Map(
    events.flatMap(({ type, payload }) =>
      type === 'ADD_MESSAGE' ? [[payload.metadata?.open_webui_id, payload.id]] : [],
    ),
  );
const feedbackOf = ({ events }: Entry) => events.at(-1)?.payload;

describe('an entry becomes a conversation with feedback', () => {
  it('with exactly these events', () => {
    const data = {
      rating: 1,
      reason: 'accurate',
      comment: 'Good.',
      tags: ['maths'],
      details: { rating: 10 },
    };
    const result = read(entry({ data }));
    const { conversationId, events } = result;
    const ids = idsOf(result);
    const added = { conversation_id: conversationId, rating: '', feedback: '' };
    expect(result.conversationName).toBe('chat-1');
    expect(result.implicitStart?.()).toEqual({
      id: expect.toSatisfy(isUlid),
      type: 'START_CONVERSATION',
      topic: 'fruit',
      conversationId,
      payload: {
        id: conversationId,
        model: { id: 'zephyr', metadata: {} },
        username: 'ada-id',
        messages: [],
        title: 'Letters',
        metadata: { open_webui_id: 'chat-1' },
        timestamp: '2025-11-24T16:00:00.000Z',
      },
    });
    expect(events).toEqual([
      {
        id: expect.toSatisfy(isUlid),
        type: 'ADD_MESSAGE',
        conversationId,
        payload: {
          id: ids.get('p'),
          ...added,
          role: 'user',
          content: 'How many?',
          timestamp: '2025-11-24T16:00:00.000Z',
          parent_id: null,
          metadata: { open_webui_id: 'p' },
        },
      },
      {
        id: expect.toSatisfy(isUlid),
        type: 'ADD_MESSAGE',
        conversationId,
        payload: {
          id: ids.get('a'),
          ...added,
          role: 'assistant',
          content: 'Three.',
          timestamp: '2025-11-24T16:00:01.000Z',
          parent_id: ids.get('p'),
          model: 'zephyr',
          metadata: { open_webui_id: 'a' },
        },
      },
      {
        id: expect.toSatisfy(isUlid),
        type: 'UPDATE_MESSAGE',
        conversationId,
        payload: {
          id: ids.get('a'),
          conversation_id: conversationId,
          username: 'ada-id',
          rating: 'like',
          score: 1,
          feedback: 'Good.',
          tags: ['accurate', 'maths'],
          preferred_over: [],
          timestamp: '2025-11-24T16:01:40.000Z',
        },
      },
    ]);
    expect(read(entry({ data }))).toEqual({ ...result, implicitStart: expect.any(Function) });
  });

  it.each([
    [1, 'like'],
    ['1', 'like'],
    [-1, 'dislike'],
    ['-1', 'dislike'],
    [null, null],
  ])('rating %j is %j', (rating, expected) => {
    expect(feedbackOf(read(entry({ data: { rating } })))).toMatchObject({ rating: expected });
  });

  it('the detailed rating from 1 to 10 is a score from 0 to 1', () => {
    const score = (rating: number | null) => feedbackOf(read(entry({ data: { details: { rating } } })));
    expect([1, 4, 10, null].map(score)).toMatchObject([
      { score: 0 },
      { score: 3 / 9 },
      { score: 1 },
      { score: null },
    ]);
  });

  it('a like is a choice over the siblings that the reply was compared with', () => {
    const messages = [other, answer, prompt];
    const compared = (data: object, snapshot = messages) => {
      const one = read(entry({ data: { sibling_model_ids: ['llama'], ...data }, messages: snapshot }));
      return { feedback: feedbackOf(one), ids: idsOf(one) };
    };
    const liked = compared({});
    expect(liked.feedback).toMatchObject({ preferred_over: [liked.ids.get('b')] });
    expect(compared({ rating: -1 }).feedback).toMatchObject({ preferred_over: [] });
    expect(compared({ sibling_model_ids: null }).feedback).toMatchObject({ preferred_over: [] });
    const bothLiked = [{ ...other, annotation: { rating: 1 } }, answer, prompt];
    expect(compared({}, bothLiked).feedback).toMatchObject({ preferred_over: [] });
  });

  it('a reply of the arena has its real model', () => {
    const arena = { ...answer, model: 'arena-model', selectedModelId: 'zephyr' };
    expect(read(entry({ messages: [prompt, arena] })).events[1]?.payload).toMatchObject({ model: 'zephyr' });
  });

  it('parents come before their children, whatever the order in the file', () => {
    const follow = { ...prompt, id: 'q', parentId: 'a', content: 'Sure?' };
    const ids = [...idsOf(read(entry({ messages: [follow, answer, prompt] }))).keys()];
    expect(ids).toEqual(['p', 'a', 'q']);
  });

  it('a message that was edited since becomes a sibling, with its own descendants', () => {
    const before = read(entry());
    const after = read(entry({ messages: [{ ...prompt, content: 'How many r?' }, answer] }));
    expect(after.conversationId).toBe(before.conversationId);
    expect(idsOf(after).get('p')).not.toBe(idsOf(before).get('p'));
    expect(idsOf(after).get('a')).not.toBe(idsOf(before).get('a'));
  });
});

describe('an entry is bad', () => {
  const cases: [unknown, string][] = [
    [[], 'The record: must be an object.'],
    [
      { ...entry(), snapshot: null },
      'snapshot: must contain the chat: export the feedback as an administrator.',
    ],
    [entry({ data: { rating: 5 } }), 'data.rating: must be 1 or -1.'],
    [
      entry({ data: { details: { rating: 11 } } }),
      'data.details.rating: Too big: expected number to be <=10.',
    ],
    [entry({ meta: { message_id: 'z' } }), 'The snapshot does not contain the rated reply "z".'],
    [entry({ meta: { message_id: 'p' } }), 'The snapshot does not contain the rated reply "p".'],
    [
      entry({ data: { comment: 'x'.repeat(101) } }),
      'comment has 101 bytes, and the maximum is 100: shorten it.',
    ],
    [
      entry({ messages: [prompt, { ...answer, parentId: 'a' }] }),
      'The snapshot does not contain the rated reply "a".',
    ],
  ];
  it.each(cases)('%#', (record, reason) => {
    expect(() => read(record)).toThrow(expect.objectContaining({ message: reason }));
  });
});
