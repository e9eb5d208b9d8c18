// A Postgres that goes away for a moment costs a reply nothing but that moment.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SendMessageDocument } from '../../src/client/operations.ts';
import { newId } from '../../src/log/identifier.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { reply } from '../support/script.ts';
import { followReply, startConversation } from '../support/talk.ts';

let database: TestDatabase;
let proxy: CutProxy;
let test: TestApp;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startCutProxy(database.url);
  test = await startTestApp({ DATABASE_URL: proxy.url });
});
afterAll(async () => {
  await test.stop();
  await proxy.stop();
  await database.close();
});

it('a connection that breaks while the thread is read delays the reply, and fails it not', async () => {
  test.model.setDefault(reply('well', ' and', ' whole'));
  const conversationId = await startConversation(test.client);
  const isCut = proxy.cutAfter('read_turns_before');
  const messageId = newId();
  const input = { conversationId, id: newId(), replyId: messageId, content: 'hello' };
  const answered = test.client.ask(SendMessageDocument, { input });
  await isCut;
  proxy.restore();
  // The answer reads what was written, so the client may be told to repeat: the reply is made without that.
  await answered;
  const { text, end } = await followReply(test.client, 'sse', { messageId });
  expect({ text, status: end.status }).toEqual({ text: 'well and whole', status: 'COMPLETE' });
  expect(test.model.requests).toHaveLength(1);
});
