// The registry of the replies that this node produces. A generation outlives every socket and ends in one
// UPDATE_MESSAGE event, whatever happens.

import { retryUntilAvailable } from '../../database/unavailable.ts';
import { AppError } from '../../errors.ts';
import { newId } from '../../lib/ulid.ts';
import type { EndOfGeneration } from '../../log/event.ts';
import type { LogWriter } from '../../log/writer.ts';
import type { ChatMessage, ModelClient } from '../provider/provider.ts';
import { type AbortReason, createProducer, type GenerationJob } from './generate-reply.ts';
import { createLiveReply, type LiveReply } from './live-reply.ts';
import { createReadPacing } from './read-pacing.ts';
import type { TokenLog } from './token-log.ts';

export type Generations = {
  /**
   * Starts to produce the reply, unless it is being produced, here or on another node, or has ended: a repeated request
   * may call this again. Its text can be followed as soon as this returns.
   */
  start(job: GenerationJob): void;
  /** A reply that this node is producing. */
  live(messageId: string): LiveReply | undefined;
  /** Stops the reply and keeps its text. Resolves when the end is in the log; with false if it doesn't run here. */
  stop(messageId: string): Promise<boolean>;
  /** Gives up a reply that another node has ended. */
  abandon(messageId: string): void;
  readonly isDraining: boolean;
  /** Waits up to graceMs for running replies to end; those that have not end as INTERRUPTED, with their text. */
  drain(graceMs: number): Promise<void>;
};

type GenerationOptions = {
  model: ModelClient;
  writer: LogWriter;
  tokenLog: TokenLog;
  /** The messages that lead to the reply, from the root, without the reply. */
  readThread: (messageId: string) => Promise<ChatMessage[]>;
  maxReplyBytes: number;
  /** Called with failures that are not the model's. */
  onError: (error: unknown) => void;
};

/** How far a shutdown is. */
type Shutdown = {
  isDraining: boolean;
  /** Aborts when the grace period of a drain is over. */
  readonly graceEnded: AbortController;
};

type Running = { reply: LiveReply; controller: AbortController; done: Promise<void> };

const recordRetryMs = 500;

/**
 * Writes the end of a reply. While Postgres is unavailable it tries again, since the text exists nowhere else.
 * @returns false if it gave up, and the reply has no end yet
 */
async function recordEnd(
  { writer, onError }: GenerationOptions,
  messageId: string,
  end: EndOfGeneration,
  shutdown: Shutdown,
): Promise<boolean> {
  const id = newId();
  for (;;) {
    try {
      await writer.append({
        actor: null,
        isPrivileged: true,
        events: [{ id, type: 'UPDATE_MESSAGE', payload: { id: messageId, ...end } }],
      });
      return true;
    } catch (error) {
      // Recovery on another node was first: its end counts.
      if (error instanceof AppError && error.code === 'CONFLICT') return true;
      onError(error);
      const isUnavailable = error instanceof AppError && error.code === 'UPSTREAM_FAILED';
      if (!isUnavailable || shutdown.isDraining) return false;
      await new Promise((resolve) => setTimeout(resolve, recordRetryMs));
    }
  }
}

/** @returns false also if Postgres stays unavailable until the end of a drain: recovery ends replies that nobody produces */
function claimReply(
  { tokenLog, onError }: GenerationOptions,
  messageId: string,
  reply: LiveReply,
  { graceEnded: { signal } }: Shutdown,
): Promise<boolean> {
  const claimed = retryUntilAvailable(() => tokenLog.claim(messageId, reply), signal);
  return claimed.catch((error: unknown) => {
    if (!signal.aborted) onError(error);
    return false;
  });
}

export function createGenerations(options: GenerationOptions): Generations {
  const { tokenLog } = options;
  const running = new Map<string, Running>();
  const shutdown: Shutdown = { isDraining: false, graceEnded: new AbortController() };
  const pacing = createReadPacing(() => running.size);
  const produce = createProducer({ ...options, beforeRead: pacing.next });

  async function run(job: GenerationJob, reply: LiveReply, signal: AbortSignal): Promise<void> {
    const { messageId } = job;
    try {
      if (!(await claimReply(options, messageId, reply, shutdown))) return;
      const end = await produce(job, reply, signal);
      if (await recordEnd(options, messageId, end, shutdown)) tokenLog.unregister(messageId);
      else tokenLog.abandon(messageId);
    } finally {
      running.delete(messageId);
      reply.close();
    }
  }

  function abort(messageId: string, reason: AbortReason): Running | undefined {
    const generation = running.get(messageId);
    generation?.controller.abort(reason);
    return generation;
  }

  /** Resolves when all running replies have ended, or after graceMs. */
  async function waitForEnds(graceMs: number): Promise<void> {
    const all = Promise.all([...running.values()].map(({ done }) => done));
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([all, grace]);
    clearTimeout(timer);
  }

  return {
    start(job) {
      if (running.has(job.messageId)) return;
      const reply = createLiveReply();
      const controller = new AbortController();
      const done = run(job, reply, controller.signal).catch(options.onError);
      running.set(job.messageId, { reply, controller, done });
      if (shutdown.graceEnded.signal.aborted) abort(job.messageId, 'interrupted');
    },
    live: (messageId) => running.get(messageId)?.reply,
    async stop(messageId) {
      const generation = abort(messageId, 'stopped');
      await generation?.done;
      return generation !== undefined;
    },
    abandon: (messageId) => void abort(messageId, 'interrupted'),
    get isDraining() {
      return shutdown.isDraining;
    },
    async drain(graceMs) {
      shutdown.isDraining = true;
      await waitForEnds(graceMs);
      shutdown.graceEnded.abort();
      // Repeated until none is left: a prompt that was being appended may have started its reply meanwhile.
      while (running.size > 0) {
        await Promise.all([...running.keys()].map((messageId) => abort(messageId, 'interrupted')?.done));
      }
    },
  };
}
