// The whole process: how it starts, how it stops, and what remains after it was killed.
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as operations from '../src/client/operations.ts';
import { newId } from '../src/lib/ulid.ts';
import { createGraphQLClient, type GraphQLClient } from './support/graphql-client.ts';
import { createGate, delta, done, finish, hang, head, wait } from './support/script.ts';
import { type ScriptedModel, startScriptedModel } from './support/scripted-model.ts';
import { processesOf, type ServerProcess, startServerProcess } from './support/server-process.ts';
import { sendMessage, startConversation } from './support/talk.ts';
import { waitUntil } from './support/wait.ts';

let folder: string;
let model: ScriptedModel;
const started: ServerProcess[] = [];
beforeAll(async () => {
  model = await startScriptedModel();
  folder = await mkdtemp(join(tmpdir(), 'afterword main '));
  // As root, Postgres runs as another user, who must be able to reach the folder.
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  // A supervisor stops the Postgres of a process that was killed.
  await waitUntil(
    'no process of the folder is running',
    async () => (await processesOf(folder)).length === 0,
    20_000,
  );
});
afterAll(async () => {
  await model.stop();
  await rm(folder, { recursive: true });
});

function start(environment: Record<string, string> = {}): ServerProcess {
  const server = startServerProcess({
    PORT: '0',
    DATA_DIR: folder,
    MODEL_BASE_URL: model.url,
    MODELS: 'model-a',
    GENERATION_LEASE_MS: '1000',
    ...environment,
  });
  started.push(server);
  return server;
}

async function startedClient(server: ServerProcess): Promise<GraphQLClient> {
  return createGraphQLClient(await server.url);
}

async function readMessage(client: GraphQLClient, id: string) {
  return (await client.run(operations.MessageDocument, { id })).message;
}

describe('the process', { timeout: 90_000 }, () => {
  it('prints in a few lines what to open and what to paste, and SIGINT stops it with code 0', async () => {
    const server = start();
    const url = await server.url;
    await waitUntil('the banner is printed', () => server.output().includes('Ctrl-C'));
    expect(server.output()).toContain(`${url}/graphql`);
    expect(server.output().trim().split('\n').length).toBeLessThan(15);
    const pasted = /curl (\S+) -H '([^:]+): ([^']+)' -d '([^']+)'/.exec(server.output());
    const [, target = '', name = '', value = '', body = ''] = pasted ?? [];
    const answer = await fetch(target, { method: 'POST', headers: { [name]: value }, body });
    expect(await answer.json()).toEqual({
      data: { viewer: { username: 'local' }, models: { nodes: [{ id: 'model-a' }] } },
    });
    expect((await processesOf(folder)).length).toBeGreaterThan(0);
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await processesOf(folder)).toEqual([]);
  });

  it('lets a running reply end after SIGTERM, sends its reader the end, and has the reply after the next start', async () => {
    const gate = createGate();
    model.enqueue([head(200), delta('begun, '), wait(gate.opened), delta('ended'), finish(), done]);
    const server = start();
    const client = await startedClient(server);
    const conversationId = await startConversation(client);
    const messageId = await sendMessage(client, { conversationId, content: 'hi' });
    const follow = client.follow('websocket', operations.GenerationDocument, { messageId });
    const reader = follow[Symbol.asyncIterator]();
    await reader.next();
    server.child.kill('SIGTERM');
    await waitUntil('it is no longer ready', async () => (await fetch(`${client.url}/ready`)).status === 503);
    gate.open();
    expect((await reader.next()).value).toMatchObject({ generation: { text: 'ended' } });
    expect((await reader.next()).value).toMatchObject({ generation: { message: { status: 'COMPLETE' } } });
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await processesOf(folder)).toEqual([]);

    const again = await startedClient(start());
    expect(await readMessage(again, messageId)).toMatchObject({
      status: 'COMPLETE',
      content: 'begun, ended',
    });
  });

  it('interrupts a reply that runs longer than SHUTDOWN_GRACE_MS, and keeps its text', async () => {
    model.enqueue([head(200), delta('so far'), hang]);
    const server = start({ SHUTDOWN_GRACE_MS: '300' });
    const client = await startedClient(server);
    const conversationId = await startConversation(client);
    const messageId = await sendMessage(client, { conversationId, content: 'hi' });
    const follow = client.follow('sse', operations.GenerationDocument, { messageId });
    const reader = follow[Symbol.asyncIterator]();
    expect((await reader.next()).value).toMatchObject({ generation: { text: 'so far' } });
    server.child.kill('SIGTERM');
    const message = { status: 'INTERRUPTED', content: 'so far' };
    expect((await reader.next()).value).toMatchObject({ generation: { message } });
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(await processesOf(folder)).toEqual([]);
  });

  it('says that the port is in use and how to choose another, and leaves nothing running', async () => {
    const otherServer = createServer();
    await once(otherServer.listen(0, '127.0.0.1'), 'listening');
    const address = otherServer.address();
    const port = address !== null && typeof address === 'object' ? String(address.port) : '';
    const server = start({ PORT: port });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.output()).toContain(`Port ${port} is in use`);
    expect(server.output()).toContain('PORT=');
    expect(server.output()).not.toContain('    at ');
    expect(await processesOf(folder)).toEqual([]);
    otherServer.close();
  });

  it('exits with code 1 and one message if variables are invalid', async () => {
    const server = start({ PORT: 'x', LOG_LEVEL: 'loud' });
    expect(await server.ended).toEqual({ code: 1, signal: null });
    expect(server.output()).toMatch(
      /^The configuration has 2 problem\(s\):\n {2}PORT .*\n {2}LOG_LEVEL .*\n$/,
    );
  });

  it('loses nothing that it acknowledged when it is killed, and interrupts its reply, with its text, soon after the next start', async () => {
    model.enqueue([head(200), delta('kept text'), hang]);
    const server = start();
    const client = await startedClient(server);
    const conversationId = await startConversation(client);
    const messageId = await sendMessage(client, { conversationId, content: 'hi' });
    await followUntilPersisted(client, messageId);
    const acknowledged = await writeUntilKilled(server, client, conversationId);
    expect(acknowledged.length).toBeGreaterThan(10);

    const again = await startedClient(start());
    const startedAt = performance.now();
    await waitUntil(
      'the reply is no longer running',
      async () => (await readMessage(again, messageId))?.status !== 'STREAMING',
    );
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(await readMessage(again, messageId)).toMatchObject({
      status: 'INTERRUPTED',
      content: 'kept text',
    });
    for (const id of acknowledged) expect((await readMessage(again, id))?.content).toBe(`message ${id}`);
    const { events } = await again.run(operations.EventsDocument, { first: 1_000 });
    expect(events.nodes.map(({ offset }) => offset)).toEqual(events.nodes.map((_, index) => index));
  });
});

/** One second after a reader has the text, four rounds of the token log have written it. */
async function followUntilPersisted(client: GraphQLClient, messageId: string): Promise<void> {
  const follow = client.follow('sse', operations.GenerationDocument, { messageId });
  const first = await follow[Symbol.asyncIterator]().next();
  expect(first.value).toMatchObject({ generation: { text: 'kept text' } });
  await follow.leave();
  const seenAt = Date.now();
  await waitUntil('the text is written', () => Date.now() - seenAt > 1_000);
}

/**
 * Writes from eight clients at once and kills the process meanwhile.
 * @returns the ids of the messages that had been acknowledged
 */
async function writeUntilKilled(
  server: ServerProcess,
  client: GraphQLClient,
  conversationId: string,
): Promise<string[]> {
  const acknowledged: string[] = [];
  const write = async (): Promise<void> => {
    for (;;) {
      const id = newId();
      const input = { conversationId, role: 'USER', content: `message ${id}`, id } as const;
      await client.run(operations.AddMessageDocument, { input });
      acknowledged.push(id);
      if (acknowledged.length === 40) server.child.kill('SIGKILL');
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, write));
  expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' });
  return acknowledged;
}
