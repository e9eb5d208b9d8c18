// Builds everything that produces and follows replies on one node, in order of dependency.
import { hostname } from 'node:os';
import { readMessagesBefore } from '../conversation/thread.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../lib/ulid.ts';
import type { LogWriter } from '../log/writer.ts';
import type { Logger } from '../logger.ts';
import type { Relay } from '../relay/relay.ts';
import { createEndedReplies } from './follow/ended-replies.ts';
import { publishText } from './follow/publish-text.ts';
import { createRemoteReplies } from './follow/remote-replies.ts';
import { createReplyCursors, type ReplyCursors } from './follow/reply-cursor.ts';
import { createGenerations, type Generations } from './produce/generations.ts';
import { fullText } from './produce/live-reply.ts';
import { startRecovery } from './produce/orphan-recovery.ts';
import { onStopRequest } from './produce/stop-requests.ts';
import { createTokenLog } from './produce/token-log.ts';
import type { ModelClient } from './provider/provider.ts';

export type GenerationDeps = Pick<Database, 'pool' | 'backgroundPool'> & {
  writer: LogWriter;
  relay: Relay;
  model: ModelClient;
  log: Logger;
  /** Called with each failure of background work. */
  onError: (error: unknown) => void;
  maxReplyBytes: number;
  /** Maximum time from the death of a node to the end of its replies. */
  generationLeaseMs: number;
  /** Registers how to stop a part; parts are stopped in reverse order. */
  onStop: (name: string, stop: () => Promise<unknown>) => void;
};

/** The lease is this fraction of GENERATION_LEASE_MS: the remaining time is for the next search for orphans and recovery. */
const leaseFraction = 0.8;

export function openGenerations(deps: GenerationDeps): {
  generations: Generations;
  replyCursors: ReplyCursors;
} {
  const { pool, backgroundPool, writer, relay, log, onError, onStop } = deps;
  const leaseMs = Math.round(deps.generationLeaseMs * leaseFraction);
  const tokenLog = createTokenLog({
    pool: backgroundPool,
    nodeId: `${hostname()}:${process.pid}:${newId()}`,
    leaseMs,
    onStopRequested: (messageId) => void generations.stop(messageId).catch(onError),
    onLost: (messageId) => generations.abandon(messageId),
    onError,
  });
  onStop('token log', () => tokenLog.stop());
  const generations: Generations = createGenerations({
    model: deps.model,
    writer,
    tokenLog,
    readThread: (messageId) => readMessagesBefore(pool, messageId),
    maxReplyBytes: deps.maxReplyBytes,
    onError,
  });
  const remoteReplies = createRemoteReplies({
    pool: backgroundPool,
    relay,
    onError: (error) => log.warn({ err: error }, 'could not read replies of other nodes; retrying'),
  });
  onStop('remote replies', () => remoteReplies.stop());
  publishText({ relay, live: generations.live });
  onStopRequest(relay, (messageId) => void generations.stop(messageId).catch(onError));
  const recovery = startRecovery({
    pool: backgroundPool,
    writer,
    leaseMs,
    knownText(messageId) {
      const reply = remoteReplies.peek(messageId);
      return reply && fullText(reply);
    },
    isRunning: (messageId) => generations.live(messageId) !== undefined,
    onRecovered: (messageId) => log.warn({ messageId }, 'ended a reply whose node has died'),
    onError,
  });
  onStop('orphan recovery', () => recovery.stop());
  const endedReplies = createEndedReplies(pool);
  return { generations, replyCursors: createReplyCursors({ generations, remoteReplies, endedReplies }) };
}
