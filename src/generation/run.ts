// Runs generations: each produces one reply, outlives every socket, and ends in one UPDATE_MESSAGE event.
import { AppError } from '../errors.ts';
import type { EndOfGeneration } from '../log/event.ts';
import { newId } from '../log/identifier.ts';
import type { LogWriter } from '../log/writer.ts';
import { createBeat } from './beat.ts';
import { createLiveText, type LiveText } from './live-text.ts';
import type { ChatMessage, GenerationParameters, ModelClient, ModelResult, Usage } from './model.ts';
import type { TokenLog } from './token-log.ts';

export type GenerationJob = { messageId: string; model: string; parameters: GenerationParameters };

export type Generations = {
  /** Begins to produce the reply; its text can be followed from the moment this returns. */
  start(job: GenerationJob): void;
  /** The text of a reply that this node is producing. */
  live(messageId: string): LiveText | undefined;
  /** Stops the reply and keeps its text. Resolves when the end is in the log; false where it doesn't run here. */
  stop(messageId: string): Promise<boolean>;
  readonly isDraining: boolean;
  /** Lets what runs end within graceMs; the rest ends as interrupted, with its text. */
  drain(graceMs: number): Promise<void>;
};

type Running = { text: LiveText; controller: AbortController; done: Promise<void> };
type AbortReason = 'stopped' | 'interrupted';

const retryEndMs = 500;

function usageFields(usage: Usage): NonNullable<EndOfGeneration['usage']> {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
  };
}

function endOf(result: ModelResult, content: string, model: string): Omit<EndOfGeneration, 'timings'> {
  const { finishReason, usage } = result;
  const known = {
    content,
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
    ...(usage === undefined ? {} : { usage: usageFields(usage) }),
  };
  if (content !== '') return { ...known, status: 'complete' };
  // An empty answer must not look finished: users see nothing, and training data would learn silence.
  const reason = finishReason === undefined ? '' : ` (finish reason ${finishReason})`;
  return { ...known, status: 'failed', error: `The model ${model} ended without any text${reason}.` };
}

/**
 * @param readThread the messages that lead to the reply, from the root, without the reply
 * @param onError told of failures that are no fault of the model's
 */
export function createGenerations(options: {
  model: ModelClient;
  writer: LogWriter;
  tokenLog: TokenLog;
  readThread: (messageId: string) => Promise<ChatMessage[]>;
  onError: (error: unknown) => void;
}): Generations {
  const running = new Map<string, Running>();
  const beat = createBeat(() => running.size);
  let isDraining = false;

  async function produce(job: GenerationJob, text: LiveText, signal: AbortSignal): Promise<EndOfGeneration> {
    const startedAt = performance.now();
    let firstTextAt: number | undefined;
    const elapsed = (instant: number) => Math.round((instant - startedAt) * 10) / 10;
    const timings = () => ({
      first_token_ms: firstTextAt === undefined ? null : elapsed(firstTextAt),
      total_ms: elapsed(performance.now()),
    });
    try {
      const messages = await options.readThread(job.messageId);
      const { model, parameters } = job;
      const request = { model, messages, parameters, signal, beforeRead: beat.next };
      const result = await options.model.generate(request, (piece) => {
        firstTextAt ??= performance.now();
        text.append(piece);
      });
      return { ...endOf(result, text.whole(), job.model), timings: timings() };
    } catch (error) {
      if (signal.aborted) {
        const status: AbortReason = signal.reason === 'stopped' ? 'stopped' : 'interrupted';
        return { status, content: text.whole(), timings: timings() };
      }
      if (!(error instanceof AppError)) options.onError(error);
      const message =
        error instanceof AppError ? error.message : 'Afterword failed while it produced this reply.';
      return { status: 'failed', content: text.whole(), error: message, timings: timings() };
    }
  }

  /** Writes the end; while Postgres is away it is tried again, since the text exists nowhere else. */
  async function recordEnd(messageId: string, end: EndOfGeneration): Promise<void> {
    const id = newId();
    for (;;) {
      try {
        await options.writer.append({
          actor: null,
          isPrivileged: true,
          events: [{ id, type: 'UPDATE_MESSAGE', payload: { id: messageId, ...end } }],
        });
        return;
      } catch (error) {
        // Recovery on another node was first: what it decided holds.
        if (error instanceof AppError && error.code === 'CONFLICT') return;
        options.onError(error);
        if (!(error instanceof AppError && error.code === 'UPSTREAM_FAILED') || isDraining) return;
        await new Promise((resolve) => setTimeout(resolve, retryEndMs));
      }
    }
  }

  async function run(job: GenerationJob, text: LiveText, signal: AbortSignal): Promise<void> {
    const end = await produce(job, text, signal);
    await recordEnd(job.messageId, end);
    running.delete(job.messageId);
    options.tokenLog.unregister(job.messageId);
    text.close();
  }

  function abort(messageId: string, reason: AbortReason): Running | undefined {
    const generation = running.get(messageId);
    generation?.controller.abort(reason);
    return generation;
  }

  return {
    start(job) {
      const text = createLiveText();
      const controller = new AbortController();
      options.tokenLog.register(job.messageId, text);
      const done = run(job, text, controller.signal).catch(options.onError);
      running.set(job.messageId, { text, controller, done });
    },
    live: (messageId) => running.get(messageId)?.text,
    async stop(messageId) {
      const generation = abort(messageId, 'stopped');
      await generation?.done;
      return generation !== undefined;
    },
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
      // Again until none is left: a prompt that was being appended may have begun its reply meanwhile.
      while (running.size > 0) {
        const rest = [...running.keys()].map((messageId) => abort(messageId, 'interrupted')?.done);
        await Promise.all(rest);
      }
    },
  };
}
