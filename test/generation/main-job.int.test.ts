import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../../src/client/operations.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { reply } from '../support/script.ts';
import { followReply, startConversation } from '../support/talk.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.stop());

describe('the main job', () => {
  it('a prompt is sent, its reply is streamed and rated, and all of it is in the log', async () => {
    const { client, model } = test;
    model.enqueue(reply('There are ', 'three ', "r's."));
    const conversationId = await startConversation(client, { systemPrompt: 'Count well.' });
    const { sendMessage } = await client.run(operations.SendMessageDocument, {
      input: { conversationId, content: "how many r's are in strawberry?" },
    });
    const replyId = sendMessage.reply.id;
    const followed = await followReply(client, 'websocket', { messageId: replyId });
    expect(followed.text).toBe("There are three r's.");
    expect(followed.end).toMatchObject({ status: 'COMPLETE', finishReason: 'stop', content: followed.text });

    await client.run(operations.RateMessageDocument, { input: { messageId: replyId, rating: 'DISLIKE' } });
    const comment = "There are three r's in strawberry";
    await client.run(operations.SubmitFeedbackDocument, { input: { messageId: replyId, comment } });
    await client.run(operations.EndConversationDocument, { input: { id: conversationId } });

    const { events } = await client.run(operations.EventsDocument, { conversationId });
    expect(events.nodes.map(({ type, version, offset }) => [type, version, offset])).toEqual([
      ['START_CONVERSATION', 1, 0],
      ['ADD_MESSAGE', 2, 1],
      ['ADD_MESSAGE', 3, 2],
      ['ADD_MESSAGE', 4, 3],
      ['UPDATE_MESSAGE', 5, 4],
      ['UPDATE_MESSAGE', 6, 5],
      ['UPDATE_MESSAGE', 7, 6],
      ['END_CONVERSATION', 8, 7],
    ]);
    expect(events.nodes[4]?.payload).toMatchObject({
      id: replyId,
      status: 'complete',
      content: followed.text,
    });
    expect(events.nodes[5]?.payload).toMatchObject({ id: replyId, rating: 'dislike', source: 'end_user' });
    expect(events.nodes[6]?.payload).toMatchObject({ id: replyId, feedback: comment });
    expect(model.requests[0]?.body.messages).toEqual([
      { role: 'system', content: 'Count well.' },
      { role: 'user', content: "how many r's are in strawberry?" },
    ]);

    const { message } = await client.run(operations.MessageDocument, { id: replyId });
    expect(message?.myFeedback).toMatchObject({ rating: 'DISLIKE', comment });
    expect(message?.ratingSummary).toMatchObject({ likes: 0, dislikes: 1, comments: 1 });
  });
});
