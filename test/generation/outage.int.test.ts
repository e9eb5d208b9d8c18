// A Postgres that is unavailable for a moment delays a reply by that moment, and does nothing else to it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MessageDocument, SendMessageDocument } from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { type CutProxy, startCutProxy } from '../support/cut-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { reply } from '../support/script.ts';
import { followReply, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

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

it.each([
  ['the prompt is appended', 'append_events'],
  ['the lease is claimed', 'claim_lease'],
  ['the thread is read', 'read_messages_before'],
])(
  'a connection that breaks while %s delays the reply, and neither fails nor repeats it',
  async (_when, statement) => {
    test.model.setDefault(reply('well', ' and', ' whole'));
    const conversationId = await startConversation(test.client);
    const before = test.model.requests.length;
    const isCut = proxy.cutAfter(statement);
    const messageId = newId();
    const input = { conversationId, id: newId(), replyId: messageId, content: 'hello' };
    const answered = test.client.ask(SendMessageDocument, { input });
    await isCut;
    proxy.restore();
    // The mutation reads what was written, so it may fail for the client: the reply is produced all the same.
    await answered;
    // A broken connection is discovered by the next request that uses it.
    await waitUntil('the database can be read', async () => {
      const { errors } = await test.client.ask(MessageDocument, { id: messageId });
      return errors.length === 0;
    });
    const { text, end } = await followReply(test.client, 'sse', { messageId });
    expect({ text, status: end.status }).toEqual({ text: 'well and whole', status: 'COMPLETE' });
    expect(test.model.requests).toHaveLength(before + 1);
  },
);
