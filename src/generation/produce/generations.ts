// Runs generations: each produces one reply, outlives every socket, and ends in one UPDATE_MESSAGE event.
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
   * Begins to produce the reply, unless it is being produced, here or on another node, or has ended: whoever asks for
   * it again may do this again. Its text can be followed from the moment this returns.
   */
  start(job: GenerationJob): void;
  /** A reply that this node is producing. */
  live(messageId: string): LiveReply | undefined;
  /** Stops the reply and keeps its text. Resolves when the end is in the log; false where it doesn't run here. */
  stop(messageId: string): Promise<boolean>;
  /** Gives up a reply that another node has ended. */
  abandon(messageId: string): void;
  readonly isDraining: boolean;
  /** Lets what runs end within graceMs; the rest ends as interrupted, with its text. */
  drain(graceMs: number): Promise<void>;
};

type Running = { reply: LiveReply; controller: AbortController; done: Promise<void> };

const retryEndMs = 500;

/**
 * @param options.readThread the messages that lead to the reply, from the root, without the reply
 * @param options.onError told of failures that are no fault of the model's
 */
export function createGenerations(options: {
  model: ModelClient;
  writer: LogWriter;
  tokenLog: TokenLog;
  readThread: (messageId: string) => Promise<ChatMessage[]>;
  maxReplyBytes: number;
  onError: (error: unknown) => void;
}): Generations {
  const running = new Map<string, Running>();
  const beat = createReadPacing(() => running.size);
  const produce = createProducer({ ...options, beforeRead: beat.next });
  let isDraining = false;
  /** Aborted when the grace of a drain is over. */
  const drained = new AbortController();

  /**
   * Writes the end; while Postgres is away it is tried again, since the text exists nowhere else.
   * @returns false where it was given up, and the reply has no end yet
   */
  async function recordEnd(messageId: string, end: EndOfGeneration): Promise<boolean> {
    const id = newId();
    for (;;) {
      try {
        await options.writer.append({
          actor: null,
          isPrivileged: true,
          events: [{ id, type: 'UPDATE_MESSAGE', payload: { id: messageId, ...end } }],
        });
        return true;
      } catch (error) {
        // Recovery on another node was first: what it decided holds.
        if (error instanceof AppError && error.code === 'CONFLICT') return true;
        options.onError(error);
        if (!(error instanceof AppError && error.code === 'UPSTREAM_FAILED') || isDraining) return false;
        await new Promise((resolve) => setTimeout(resolve, retryEndMs));
      }
    }
  }

  /** @returns false also where Postgres stays away until the end of a drain: recovery ends what nobody produces */
  function claim(messageId: string, reply: LiveReply): Promise<boolean> {
    const claimed = retryUntilAvailable(() => options.tokenLog.claim(messageId, reply), drained.signal);
    return claimed.catch((error: unknown) => {
      if (!drained.signal.aborted) options.onError(error);
      return false;
    });
  }

  async function runClaimed(job: GenerationJob, reply: LiveReply, signal: AbortSignal): Promise<void> {
    const end = await produce(job, reply, signal);
    const isRecorded = await recordEnd(job.messageId, end);
    if (isRecorded) options.tokenLog.unregister(job.messageId);
    else options.tokenLog.abandon(job.messageId);
  }

  async function run(job: GenerationJob, reply: LiveReply, signal: AbortSignal): Promise<void> {
    try {
      if (await claim(job.messageId, reply)) await runClaimed(job, reply, signal);
    } finally {
      running.delete(job.messageId);
      reply.close();
    }
  }

  function abort(messageId: string, reason: AbortReason): Running | undefined {
    const generation = running.get(messageId);
    generation?.controller.abort(reason);
    return generation;
  }

  return {
    start(job) {
      if (running.has(job.messageId)) return;
      const reply = createLiveReply();
      const controller = new AbortController();
      const done = run(job, reply, controller.signal).catch(options.onError);
      running.set(job.messageId, { reply, controller, done });
      if (drained.signal.aborted) abort(job.messageId, 'interrupted');
    },
    live: (messageId) => running.get(messageId)?.reply,
    async stop(messageId) {
      const generation = abort(messageId, 'stopped');
      await generation?.done;
      return generation !== undefined;
    },
    abandon: (messageId) => void abort(messageId, 'interrupted'),
    get isDraining() {
      return isDraining;
    },
    async drain(graceMs) {
      isDraining = true;
      const all = Promise.all([...running.values()].map(({ done }) => done));
      let timer: NodeJS.Timeout | undefined;
      const grace = new Promise((resolve) => {
        timer = setTimeout(resolve, graceMs);
      });
      await Promise.race([all, grace]);
      clearTimeout(timer);
      drained.abort();
      // Again until none is left: a prompt that was being appended may have begun its reply meanwhile.
      while (running.size > 0) {
        const rest = [...running.keys()].map((messageId) => abort(messageId, 'interrupted')?.done);
        await Promise.all(rest);
      }
    },
  };
}
