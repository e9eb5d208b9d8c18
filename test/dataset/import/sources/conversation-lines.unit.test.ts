// The events of a line of our own format, with the ids of the file.
import { expect, it } from 'vitest';
import { readConversationLine } from '../../../../src/dataset/import/sources/conversation-lines.ts';
import { isUlid } from '../../../../src/lib/ulid.ts';

const conversation = '01J7PTGBKBEYJHJAMZ9Q9EE9SD';
const [asked, chosen, rejected] = [
  '01J7PTGBKBEYJHJAMZ9Q9EE9SE',
  '01J7PTGBKBEYJHJAMZ9Q9EE9SF',
  '01J7PTGBKBEYJHJAMZ9Q9EE9SG',
];
const times = { startedAt: '2026-11-23T18:00:00.000Z', endedAt: '2026-11-23T19:00:00.000Z' };
const createdAt = '2026-11-23T18:00:01.000Z';

const written = { reasoning: null, status: 'complete', error: null, model: null, parameters: null };
const message = {
  ...written,
  finishReason: null,
  usage: null,
  timings: null,
  metadata: {},
  createdAt,
  feedback: [],
};
const feedback = {
  username: 'eve',
  source: 'reviewer',
  rating: 'like',
  score: null,
  comment: null,
  tags: [],
};
const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };

const line = {
  id: conversation,
  topic: 'elsewhere',
  model: { id: 'zephyr', metadata: { size: 7 } },
  username: 'ada',
  title: 'Letters',
  metadata: { channel: 'web' },
  ...times,
  feedback: [{ ...feedback, comment: 'Fine.' }],
  messages: [
    { ...message, id: asked, parentId: null, role: 'user', content: 'How many?' },
    {
      ...message,
      id: chosen,
      parentId: asked,
      role: 'assistant',
      content: 'Three.',
      status: 'stopped',
      reasoning: 'Count.',
      finishReason: 'stop',
      usage,
      model: 'other',
      parameters: { temperature: 0.5 },
      feedback: [{ ...feedback, correction: 'Three!', preferredOver: [rejected], tiedWith: [] }],
    },
    { ...message, id: rejected, parentId: asked, role: 'assistant', content: 'Eleven.', metadata: { a: 1 } },
  ],
};
const options = {
  topic: 'fruit',
  username: 'imported',
  utcOffset: '',
  maxMessageBytes: 100,
  now: () => new Date(0),
};
const read = (given: object) => readConversationLine(JSON.stringify(given), options);

const empty = { rating: '', feedback: '', timestamp: createdAt, conversation_id: conversation };
const fields = { username: 'eve', source: 'reviewer', rating: 'like', score: null, tags: [] };
const event = (type: string, payload: object) => ({
  id: expect.toSatisfy(isUlid),
  type,
  conversationId: conversation,
  payload,
});

it('a line becomes exactly these events: feedback after all messages, and the end last', () => {
  const { events, implicitStart, ...conversationRef } = read(line);
  expect(conversationRef).toEqual({ conversationId: conversation, conversationName: conversation });
  expect(implicitStart).toBeUndefined();
  expect(events).toEqual([
    {
      ...event('START_CONVERSATION', {
        id: conversation,
        model: { id: 'zephyr', metadata: { size: 7 } },
        username: 'ada',
        messages: [],
        title: 'Letters',
        metadata: { channel: 'web' },
        timestamp: times.startedAt,
      }),
      topic: 'fruit',
    },
    event('ADD_MESSAGE', { ...empty, id: asked, role: 'user', content: 'How many?', parent_id: null }),
    event('ADD_MESSAGE', {
      ...empty,
      id: chosen,
      role: 'assistant',
      content: 'Three.',
      parent_id: asked,
      model: 'other',
      parameters: { temperature: 0.5 },
      status: 'stopped',
      reasoning: 'Count.',
      finish_reason: 'stop',
      usage,
    }),
    event('ADD_MESSAGE', {
      ...empty,
      id: rejected,
      role: 'assistant',
      content: 'Eleven.',
      parent_id: asked,
      metadata: { a: 1 },
    }),
    event('UPDATE_MESSAGE', {
      id: chosen,
      conversation_id: conversation,
      ...fields,
      feedback: null,
      correction: 'Three!',
      preferred_over: [rejected],
      tied_with: [],
    }),
    event('UPDATE_CONVERSATION', { id: conversation, ...fields, feedback: 'Fine.' }),
    event('END_CONVERSATION', { id: conversation, timestamp: times.endedAt }),
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(7);
  expect(read(line).events).toEqual(events);
});

it('changed feedback is another event, and all other events are the same', () => {
  const before = read(line).events;
  const after = read({ ...line, feedback: [{ ...feedback, rating: 'dislike' }] }).events;
  expect(after.filter(({ id }) => !before.some((one) => one.id === id))).toMatchObject([
    { type: 'UPDATE_CONVERSATION', payload: { rating: 'dislike', feedback: null } },
  ]);
  expect(after).toHaveLength(before.length);
});

it('provenance is ignored', () => {
  expect(read({ ...line, provenance: { from: 'conversation' } })).toEqual(read(line));
});
