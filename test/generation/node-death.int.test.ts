// Nodes that die or freeze during a reply: another node ends the reply once, with the text that was stored.
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createGraphQLClient, type GraphQLClient } from '../support/graphql-client.ts';
import { type NatsServer, startNats } from '../support/nats.ts';
import { createReplyReader, type ReplyReader, ways } from '../support/reply-reader.ts';
import { createGate, delta, done, finish, hang, head, wait } from '../support/script.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { sendMessage, startConversation } from '../support/talk.ts';
import { countRunningRows } from '../support/two-nodes.ts';
import { waitUntil } from '../support/wait.ts';

const leaseMs = 1_000;
const shared = { GENERATION_LEASE_MS: String(leaseMs), SHUTDOWN_GRACE_MS: '0' };

type Node = { process: ServerProcess; url: string; client: GraphQLClient };

let nats: NatsServer | undefined;
let survivor: TestApp;
let started: ServerProcess[] = [];

afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  started = [];
  await survivor.stop();
  await nats?.kill();
  nats = undefined;
});

async function startSurvivor(hasNats: boolean): Promise<void> {
  nats = hasNats ? await startNats() : undefined;
  survivor = await startTestApp({ ...shared, ...(nats === undefined ? {} : { NATS_URL: nats.url }) });
}

async function startNode(): Promise<Node> {
  const process = startServerProcess({
    ...shared,
    PORT: '0',
    DATABASE_URL: survivor.database.url,
    MODEL_BASE_URL: survivor.model.url,
    MODELS: 'model-a',
    ...(nats === undefined ? {} : { NATS_URL: nats.url }),
  });
  started.push(process);
  const url = await process.url;
  return { process, url, client: createGraphQLClient(url) };
}

async function ask({ client }: Pick<Node, 'client'>): Promise<string> {
  return await sendMessage(client, { conversationId: await startConversation(client), content: 'hello' });
}

/** Reads until the end; a connection that breaks is not a failure of the reader. */
function follow(reader: ReplyReader, url: string): Promise<void> {
  return reader.readOn(url, 'websocket').catch(() => {});
}

/** The statuses with which the reply was ended in the log: there must be one. */
async function endsOf(messageId: string): Promise<unknown[]> {
  const { rows } = await survivor.database.client.query<{ status: unknown }>(
    `SELECT payload ->> 'status' AS status FROM event WHERE type = 'UPDATE_MESSAGE' AND payload ->> 'id' = $1`,
    [messageId],
  );
  return rows.map(({ status }) => status);
}

const isPersisted = (text: string) => async () => {
  const { rows } = await survivor.database.client.query<{ text: string }>(
    `SELECT string_agg(text, '' ORDER BY text_offset) AS text FROM token_log`,
  );
  return rows[0]?.text === text;
};
const noRowIsLeft = async () => (await countRunningRows(survivor)) === 0;

/** Cases that hold with NATS and without. */
function describeDeaths(hasNats: boolean) {
  beforeEach(() => startSurvivor(hasNats));

  it('readers on other nodes keep all that they had seen, and those of the dead node catch up', async () => {
    const node = await startNode();
    const gate = createGate();
    survivor.model.enqueue([head(200), delta('kept, '), wait(gate.opened), delta('perhaps lost'), hang]);
    const messageId = await ask(node);
    const readers = [createReplyReader(messageId), createReplyReader(messageId)];
    const lost = ways.map(() => createReplyReader(messageId));
    const reading = readers.map((reader) => reader.readOn(survivor.app.url, 'sse'));
    const losing = lost.map((reader) => follow(reader, node.url));
    await waitUntil('all read', () => [...readers, ...lost].every(({ text }) => text === 'kept, '));
    await waitUntil('the first part is stored', isPersisted('kept, '));
    gate.open();
    await waitUntil('its readers have the rest', () =>
      lost.every(({ text }) => text.endsWith('perhaps lost')),
    );
    node.process.child.kill('SIGKILL');
    await Promise.all(losing);
    const seen = readers.map(({ text }) => text);
    // Some reconnect before the reply is ended, some after it.
    const early = lost[0]?.readOn(survivor.app.url, 'sse');
    await Promise.all([...reading, early]);
    for (const [index, way] of ways.entries()) {
      if (index > 0) await lost[index]?.readOn(survivor.app.url, way);
    }
    const end = readers[0]?.end;
    expect(end?.status).toBe('INTERRUPTED');
    expect(['kept, ', 'kept, perhaps lost']).toContain(end?.content);
    for (const reader of [...readers, ...lost]) {
      expect(reader.end).toEqual(end);
      expect(reader.text).toBe(end?.content);
    }
    for (const [index, { text, rewinds }] of readers.entries()) {
      expect(text.startsWith(seen[index] ?? '')).toBe(true);
      expect(rewinds).toBe(0);
    }
    expect(await endsOf(messageId)).toEqual(['interrupted']);
    await waitUntil('no row is left', noRowIsLeft);
  });

  it('a frozen node that continues can not undo it: it closes its request to the model and informs its readers', async () => {
    const node = await startNode();
    const gate = createGate();
    const script = [delta('kept, '), wait(gate.opened), delta('too late'), finish(), hang];
    survivor.model.enqueue([head(200), ...script]);
    const messageId = await ask(node);
    const request = await survivor.model.waitForRequest(1);
    const [reader, frozen] = [createReplyReader(messageId), createReplyReader(messageId)];
    const reading = reader.readOn(survivor.app.url, 'websocket');
    const freezing = frozen.readOn(node.url, 'websocket');
    await waitUntil('both read', () => [reader, frozen].every(({ text }) => text === 'kept, '));
    await waitUntil('the first part is stored', isPersisted('kept, '));
    node.process.child.kill('SIGSTOP');
    gate.open();
    await reading;
    expect(reader.end).toEqual({ status: 'INTERRUPTED', content: 'kept, ' });
    node.process.child.kill('SIGCONT');
    await freezing;
    expect(frozen.end).toEqual(reader.end);
    expect(frozen.text).toBe('kept, ');
    expect(await request.closed).toBe('client');
    await waitUntil('no row is left', noRowIsLeft);
    expect(await endsOf(messageId)).toEqual(['interrupted']);
  });

  it('a reply that was complete when its node died stays complete, and its rows are deleted', async () => {
    const node = await startNode();
    survivor.model.enqueue([head(200), delta('all of it'), finish(), done]);
    const messageId = await ask(node);
    const reader = createReplyReader(messageId);
    await reader.readOn(node.url, 'websocket');
    node.process.child.kill('SIGKILL');
    await waitUntil('no row is left', noRowIsLeft);
    expect(await endsOf(messageId)).toEqual(['complete']);
    const again = createReplyReader(messageId);
    await again.readOn(survivor.app.url, 'sse');
    expect(again.end).toEqual({ status: 'COMPLETE', content: 'all of it' });
  });
}

describe.skipIf(!inject('hasNats'))('a node that dies, with NATS,', () => {
  it('leaves its readers on other nodes the text that only they had', async () => {
    await startSurvivor(true);
    const node = await startNode();
    const gate = createGate();
    survivor.model.enqueue([head(200), delta('kept, '), wait(gate.opened), delta('just sent'), hang]);
    const messageId = await ask(node);
    const reader = createReplyReader(messageId);
    const reading = reader.readOn(survivor.app.url, 'websocket');
    await waitUntil('it is stored', isPersisted('kept, '));
    const { client } = survivor.database;
    // Nothing more is stored: new text is only in the memory of the two nodes.
    await client.query('BEGIN; LOCK TABLE token_log IN EXCLUSIVE MODE');
    gate.open();
    await waitUntil('the reader has it', () => reader.text === 'kept, just sent');
    node.process.child.kill('SIGKILL');
    await node.process.ended;
    await client.query('ROLLBACK');
    await reading;
    expect(reader.end).toEqual({ status: 'INTERRUPTED', content: 'kept, just sent' });
    expect(reader.rewinds).toBe(0);
  });

  describe('in all cases', () => {
    describeDeaths(true);
  });
});

describe('a node that dies, without NATS,', () => {
  it('ends its replies itself when it is started again', async () => {
    await startSurvivor(false);
    const node = await startNode();
    survivor.model.enqueue([head(200), delta('kept'), hang]);
    const messageId = await ask(node);
    await waitUntil('it is stored', isPersisted('kept'));
    await survivor.app.stop();
    node.process.child.kill('SIGKILL');
    const again = await startNode();
    const reader = createReplyReader(messageId);
    await reader.readOn(again.url, 'sse');
    expect(reader.end).toEqual({ status: 'INTERRUPTED', content: 'kept' });
  });

  describe('in all cases', () => {
    describeDeaths(false);
  });
});
