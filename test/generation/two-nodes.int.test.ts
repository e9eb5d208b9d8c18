import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import * as operations from '../../src/client/operations.ts';
import { newId } from '../../src/lib/ulid.ts';
import { createLogger } from '../../src/logger.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createGraphQLClient, type GraphQLClient } from '../support/graphql-client.ts';
import { append, running } from '../support/log.ts';
import { createGate, delta, done, finish, hang, head, wait } from '../support/script.ts';
import { followReply, sendMessage, startConversation } from '../support/talk.ts';
import { waitUntil } from '../support/wait.ts';

let test: TestApp;
let other: App;
let otherClient: GraphQLClient;

beforeAll(async () => {
  test = await startTestApp({ GENERATION_LEASE_MS: '1000' });
  other = await startApp({ ...test.config, port: 0 }, createLogger('fatal'));
  otherClient = createGraphQLClient(other.url);
});
afterAll(async () => {
  await other.stop();
  await test.stop();
});

async function ask(): Promise<string> {
  return await sendMessage(test.client, {
    conversationId: await startConversation(test.client),
    content: 'hello',
  });
}

describe('two nodes on one database', () => {
  it('a reader on the other node gets the text while it is produced, and its end', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('first '), wait(gate.opened), delta('second'), finish(), done]);
    const messageId = await ask();
    const reading = followReply(otherClient, 'websocket', { messageId });
    await waitUntil('the reader is on the other node', () => other.openCursors() === 1);
    gate.open();
    const { text, end } = await reading;
    expect(text).toBe('first second');
    expect(end).toMatchObject({ status: 'COMPLETE', content: 'first second' });
  });

  it('a reply is stopped from the other node', async () => {
    test.model.enqueue([head(200), delta('so far'), hang]);
    const before = test.model.requests.length;
    const messageId = await ask();
    const request = await test.model.waitForRequest(before + 1);
    const { stopGeneration } = await otherClient.run(operations.StopGenerationDocument, {
      input: { messageId },
    });
    expect(stopGeneration.message.status).toBe('STOPPED');
    expect(await request.closed).toBe('client');
  });

  it('a reply whose lease is renewed is left alone, and one without a lease is ended with its text', async () => {
    const gate = createGate();
    test.model.enqueue([head(200), delta('alive'), wait(gate.opened), finish(), done]);
    const alive = await ask();
    const { client } = test.database;
    const conversationId = await startConversation(test.client);
    const orphan = newId();
    await append(client, [{ ...running(conversationId, orphan), actor: 'local' }]);
    await client.query(`INSERT INTO token_log VALUES ($1, 0, 'what '), ($1, 5, 'it had')`, [orphan]);
    const { text, end } = await followReply(test.client, 'sse', { messageId: orphan });
    expect(text).toBe('what it had');
    expect(end).toMatchObject({ status: 'INTERRUPTED', content: 'what it had' });
    const rows = async () =>
      (await client.query('SELECT FROM token_log WHERE message_id = $1', [orphan])).rowCount;
    await waitUntil('the rows of the orphan are gone', async () => (await rows()) === 0);
    const { message } = await test.client.run(operations.MessageDocument, { id: alive });
    expect(message?.status).toBe('STREAMING');
    gate.open();
    expect((await followReply(otherClient, 'sse', { messageId: alive })).end.status).toBe('COMPLETE');
  });
});
