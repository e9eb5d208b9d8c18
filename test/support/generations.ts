// What a node produces and follows replies with, without its server: for what happens between the steps of a request.
import type pg from 'pg';
import { connect } from '../../src/database/connect.ts';
import { createEndedReplies } from '../../src/generation/follow/ended-replies.ts';
import { createRemoteReplies } from '../../src/generation/follow/remote-replies.ts';
import { createReplyCursors, type ReplyCursors } from '../../src/generation/follow/reply-cursor.ts';
import { createGenerations, type Generations } from '../../src/generation/produce/generations.ts';
import { createTokenLog } from '../../src/generation/produce/token-log.ts';
import { createOpenAIClient } from '../../src/generation/provider/openai.ts';
import { newId } from '../../src/lib/ulid.ts';
import { createLogWriter } from '../../src/log/writer.ts';
import { noRelay } from '../../src/relay/relay.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { add, append, running, start } from './log.ts';
import { type ScriptedModel, startScriptedModel } from './scripted-model.ts';

export type TestGenerations = {
  database: TestDatabase;
  model: ScriptedModel;
  generations: Generations;
  follower: ReplyCursors;
  pool: pg.Pool;
  /** What went wrong in the background. */
  errors: unknown[];
  /** A reply in the log that nobody produces yet. */
  addReply(): Promise<string>;
  statusOf(messageId: string): Promise<unknown>;
  stop(): Promise<void>;
};

export async function startTestGenerations(): Promise<TestGenerations> {
  const database = await createTestDatabase();
  const model = await startScriptedModel();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const connections = connect({ url: database.url, poolSize: 3, onError });
  const { pool, backgroundPool, writerPool } = connections;
  const tokenLog = createTokenLog({
    pool: backgroundPool,
    nodeId: 'node',
    leaseMs: 600_000,
    onStopRequested: () => {},
    onLost: () => {},
    onError,
  });
  const timeouts = { timeoutMs: 5_000, idleTimeoutMs: 60_000 };
  const generations = createGenerations({
    model: createOpenAIClient({ baseUrl: model.url, apiKey: undefined, ...timeouts }),
    writer: createLogWriter({ pool: writerPool, timeoutMs: 5_000, onCommitted: () => {} }),
    tokenLog,
    readThread: () => Promise.resolve([{ role: 'user' as const, content: 'hello' }]),
    maxReplyBytes: 1_000_000,
    onError,
  });
  const remoteReplies = createRemoteReplies({ pool: backgroundPool, relay: noRelay, onError });
  return {
    database,
    model,
    generations,
    follower: createReplyCursors({ generations, remoteReplies, endedReplies: createEndedReplies(pool) }),
    pool,
    errors,
    async addReply() {
      const [conversation, id] = [newId(), newId()];
      await append(database.client, [
        start(conversation),
        add(conversation, newId()),
        running(conversation, id),
      ]);
      return id;
    },
    async statusOf(messageId) {
      const { rows } = await database.client.query('SELECT status FROM message WHERE id = $1', [messageId]);
      return rows[0]?.status;
    },
    async stop() {
      await generations.drain(0);
      await remoteReplies.stop();
      await tokenLog.stop();
      await connections.close();
      await model.stop();
      await database.close();
    },
  };
}
