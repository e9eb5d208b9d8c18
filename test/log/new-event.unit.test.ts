// The events that commands and importers build: their ids, and payloads that the schemas accept.
import { describe, expect, it } from 'vitest';
import { derivedId, isUlid } from '../../src/lib/ulid.ts';
import {
  addMessageSchema,
  endConversationSchema,
  startConversationSchema,
  updateConversationSchema,
  updateMessageSchema,
} from '../../src/log/event.ts';
import {
  conversationFeedbackEvent,
  endEvent,
  feedbackEvent,
  messageEvent,
  startEvent,
} from '../../src/log/new-event.ts';

const conversationId = '01J7PTGBKBEYJHJAMZ9Q9EE9SD';
const messageId = '01J7PTGBKBEYJHJAMZ9Q9EE9SE';
const timestamp = '2026-11-23T10:00:00.000Z';

const start = () =>
  startEvent(
    { conversationId, topic: 'fruit' },
    { model: { id: 'zephyr', metadata: {} }, username: 'ada', title: 'Letters' },
  );
const message = () =>
  messageEvent({ messageId, conversationId }, { role: 'user', content: 'How many?', timestamp });
const idOf = (payload: object) => derivedId(messageId, JSON.stringify(payload));

describe('events that happen once', () => {
  it.each([
    ['the start of a conversation', start],
    ['a message', message],
    ['the end of a conversation', () => endEvent(conversationId)],
  ])('%s has the same id each time it is built', (_name, build) => {
    expect(build()).toEqual(build());
    expect(build().id).toSatisfy(isUlid);
  });

  it('events of different types about one conversation have different ids', () => {
    expect(new Set([start().id, message().id, endEvent(conversationId).id]).size).toBe(3);
  });
});

describe('feedback', () => {
  const ids = { messageId, conversationId };

  it('has an id that its builder may derive from the payload', () => {
    const [like, again, dislike] = (['like', 'like', 'dislike'] as const).map((rating) =>
      feedbackEvent(ids, { username: 'eve', rating }, idOf),
    );
    expect(again).toEqual(like);
    expect(dislike?.id).not.toBe(like?.id);
  });

  it('of a message names the message and its conversation', () => {
    const { payload } = feedbackEvent(ids, { username: 'eve', rating: 'like' }, idOf);
    expect(payload).toEqual({
      id: messageId,
      conversation_id: conversationId,
      username: 'eve',
      rating: 'like',
    });
  });
});

it('payloads are as the schemas of the events demand, and lose nothing there', () => {
  const score = { username: 'eve', score: 0.5 };
  for (const [schema, { payload }] of [
    [startConversationSchema, start()],
    [addMessageSchema, message()],
    [updateMessageSchema, feedbackEvent({ messageId, conversationId }, score, idOf)],
    [updateConversationSchema, conversationFeedbackEvent(conversationId, score, idOf)],
    [endConversationSchema, endEvent(conversationId, { timestamp })],
  ] as const) {
    expect(schema.parse(payload)).toEqual(payload);
  }
});
