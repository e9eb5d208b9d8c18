import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

async function addReply(): Promise<{ conversationId: string; messageId: string }> {
  const conversationId = await startConversation(test.client);
  const messageId = newId();
  await test.client.run(operations.AddMessageDocument, {
    input: { conversationId, id: messageId, role: 'ASSISTANT', content: 'hello' },
  });
  return { conversationId, messageId };
}

const rate = (input: operations.RateMessageInput) =>
  test.client.run(operations.RateMessageDocument, { input });
const submit = (input: operations.SubmitFeedbackInput) =>
  test.client.run(operations.SubmitFeedbackDocument, { input });

describe('feedback', () => {
  it('is one record per message, author and source, updated by each change', async () => {
    const { messageId } = await addReply();
    await rate({ messageId, rating: 'LIKE' });
    await rate({ messageId, score: 0.75 });
    await submit({ messageId, comment: 'nice', tags: ['short', 'short', 'clear'] });
    const { submitFeedback } = await submit({ messageId, correction: 'Hello!' });
    expect(submitFeedback.feedback).toEqual({
      username: 'local',
      source: 'END_USER',
      rating: 'LIKE',
      score: 0.75,
      comment: 'nice',
      tags: ['short', 'clear'],
      correction: 'Hello!',
    });
    await rate({ messageId, rating: 'DISLIKE', source: 'REVIEWER', username: 'rita' });
    const { message } = await test.client.run(operations.MessageDocument, { id: messageId });
    expect(message?.feedback).toHaveLength(2);
    expect(message?.ratingSummary).toMatchObject({ likes: 1, dislikes: 0, scores: 1, averageScore: 0.75 });
  });

  it('leaves no record once all of it is withdrawn', async () => {
    const { messageId } = await addReply();
    await rate({ messageId, rating: 'LIKE', score: 1 });
    await submit({ messageId, tags: ['good'] });
    await rate({ messageId, rating: null, score: null });
    const { submitFeedback } = await submit({ messageId, tags: null });
    expect(submitFeedback.feedback).toBeNull();
    const { message } = await test.client.run(operations.MessageDocument, { id: messageId });
    expect(message).toMatchObject({
      feedback: [],
      myFeedback: null,
      ratingSummary: { likes: 0, averageScore: null },
    });
  });

  it('that repeats what is recorded gets the same answer and writes nothing', async () => {
    const { conversationId, messageId } = await addReply();
    const sibling = newId();
    const input = { conversationId, id: sibling, role: 'ASSISTANT', content: 'hi', parentId: null } as const;
    await test.client.run(operations.AddMessageDocument, { input });
    const giveAll = async () => [
      await rate({ messageId, rating: 'LIKE', score: 0.1 }),
      await rate({ messageId, score: 0.5, source: 'JUDGE' }),
      await submit({ messageId, comment: 'nice', tags: ['b', 'a'], correction: 'Hello!' }),
      await submit({ messageId, tags: ['b', 'a'] }),
      await rate({ messageId: sibling, rating: null }),
      await test.client.run(operations.PreferReplyDocument, {
        input: { chosenId: messageId, rejectedIds: [sibling] },
      }),
      await test.client.run(operations.RateConversationDocument, {
        input: { id: conversationId, rating: 'DISLIKE', score: null, comment: 'meh', tags: [] },
      }),
    ];
    const countEvents = async () => {
      const { conversation } = await test.client.run(operations.ConversationDocument, { id: conversationId });
      return conversation?.version;
    };
    await giveAll();
    expect(await countEvents()).toBe(3 + 5);
    const answers = await giveAll();
    expect(await giveAll()).toEqual(answers);
    expect(answers[0]).toMatchObject({ rateMessage: { feedback: { rating: 'LIKE', tags: ['b', 'a'] } } });
    expect(await countEvents()).toBe(3 + 5);
    await submit({ messageId, tags: ['a', 'b'] });
    expect(await countEvents()).toBe(3 + 6);
  });

  it('is accepted after the end of the conversation', async () => {
    const { conversationId, messageId } = await addReply();
    await test.client.run(operations.EndConversationDocument, { input: { id: conversationId } });
    expect((await rate({ messageId, rating: 'DISLIKE' })).rateMessage.feedback?.rating).toBe('DISLIKE');
  });

  it('of many authors at the same time is in the log, each once', async () => {
    const { conversationId, messageId } = await addReply();
    const users = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    await Promise.all(users.map((username) => rate({ messageId, rating: 'LIKE', username })));
    const { message } = await test.client.run(operations.MessageDocument, { id: messageId });
    expect(message?.ratingSummary.likes).toBe(50);
    const { events } = await test.client.run(operations.EventsDocument, {
      conversationId,
      types: ['UPDATE_MESSAGE'],
    });
    expect(events.nodes.map(({ version }) => version)).toEqual(users.map((_, index) => index + 3));
  });
});

describe('a repeated request', () => {
  it('with the same ids gets the same answer, writes nothing and asks no model', async () => {
    const { client, model } = test;
    const id = newId();
    const start = {
      input: { id, model: 'model-a', systemPrompt: 'Be brief.', title: 'T', metadata: { a: 1 } },
    };
    await client.run(operations.StartConversationDocument, start);
    await client.run(operations.StartConversationDocument, start);
    const send = { input: { conversationId: id, id: newId(), content: 'hello' } };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => client.run(operations.SendMessageDocument, send)),
    );
    expect(new Set(answers.map(({ sendMessage }) => sendMessage.reply.id)).size).toBe(1);
    const add = { input: { conversationId: id, id: newId(), role: 'USER' as const, content: 'captured' } };
    await client.run(operations.AddMessageDocument, add);
    await client.run(operations.AddMessageDocument, add);
    await client.run(operations.EndConversationDocument, { input: { id } });
    const { endConversation } = await client.run(operations.EndConversationDocument, { input: { id } });
    expect(endConversation.conversation.endedAt).not.toBeNull();
    await client.run(operations.SendMessageDocument, send);
    const { events } = await client.run(operations.EventsDocument, { conversationId: id });
    const types = events.nodes.map(({ type }) => type).filter((type) => type !== 'UPDATE_MESSAGE');
    expect(types).toEqual([
      'START_CONVERSATION',
      'ADD_MESSAGE',
      'ADD_MESSAGE',
      'ADD_MESSAGE',
      'ADD_MESSAGE',
      'END_CONVERSATION',
    ]);
    expect(model.requests).toHaveLength(1);
  });
});
