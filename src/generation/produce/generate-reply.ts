// Produces one reply: asks the model, appends what it says, and tells how it ended. A failure is an end, too.
import { retryUntilAvailable } from '../../database/unavailable.ts';
import { AppError } from '../../errors.ts';
import type { EndOfGeneration } from '../../log/event.ts';
import type {
  ByChannel,
  ChatMessage,
  GenerationParameters,
  ModelClient,
  ModelResult,
  OnPiece,
  Usage,
} from '../provider/provider.ts';
import { fullText, type LiveReply } from './live-reply.ts';

export type GenerationJob = { messageId: string; model: string; parameters: GenerationParameters };

/** Why a reply is given up before its end. */
export type AbortReason = 'stopped' | 'interrupted';

/** @param signal aborts with an AbortReason */
export type Produce = (job: GenerationJob, reply: LiveReply, signal: AbortSignal) => Promise<EndOfGeneration>;

/** Ends the request to the model: the reply is as long as it may be. */
class ReplyLimitReached extends Error {}

function usageFields(usage: Usage): NonNullable<EndOfGeneration['usage']> {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
  };
}

/** What a reply said, as its end has it. */
export function contentFields({ text, reasoning }: ByChannel<string>) {
  return { content: text, ...(reasoning === '' ? {} : { reasoning }) };
}

type Ended = Omit<EndOfGeneration, 'timings'>;

function endOf({ finishReason, usage }: ModelResult, { model }: GenerationJob, reply: LiveReply): Ended {
  const known = {
    ...contentFields(fullText(reply)),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
    ...(usage === undefined ? {} : { usage: usageFields(usage) }),
  };
  if (known.content !== '') return { ...known, status: 'complete' };
  // An empty answer must not look finished: users see nothing, and training data would learn silence.
  const reason = finishReason === undefined ? '' : ` (finish reason ${finishReason})`;
  return { ...known, status: 'failed', error: `The model ${model} ended without any text${reason}.` };
}

function endAtLimit(job: GenerationJob, reply: LiveReply): Ended {
  const end = endOf({ finishReason: 'length', usage: undefined }, job, reply);
  return end.status === 'complete' ? { ...end, status: 'stopped' } : end;
}

/** Appends to a reply until that has as many bytes of UTF-8 as it may, reasoning included. */
function appendUpTo(reply: LiveReply, maxBytes: number): OnPiece {
  let remainingBytes = maxBytes;
  return (channel, piece) => {
    const bytes = Buffer.byteLength(piece);
    if (bytes <= remainingBytes) {
      remainingBytes -= bytes;
      reply.append(channel, piece);
      return;
    }
    // Takes whole characters only.
    const { read } = new TextEncoder().encodeInto(piece, new Uint8Array(remainingBytes));
    if (read > 0) reply.append(channel, piece.slice(0, read));
    throw new ReplyLimitReached();
  };
}

/**
 * @param options.readThread the messages that lead to the reply, from the root, without the reply
 * @param options.beforeRead what to wait for before each read of what the model says
 * @param options.onError told of failures that are no fault of the model's
 */
export function createProducer(options: {
  model: ModelClient;
  readThread: (messageId: string) => Promise<ChatMessage[]>;
  maxReplyBytes: number;
  beforeRead: () => Promise<void> | undefined;
  onError: (error: unknown) => void;
}): Produce {
  /** The end of a reply that was given up, or failed. */
  function endBy(error: unknown, reply: LiveReply, signal: AbortSignal): Ended {
    const said = contentFields(fullText(reply));
    if (signal.aborted) {
      const status: AbortReason = signal.reason === 'stopped' ? 'stopped' : 'interrupted';
      return { ...said, status };
    }
    if (error instanceof AppError) return { ...said, status: 'failed', error: error.message };
    options.onError(error);
    return { ...said, status: 'failed', error: 'Afterword failed while it produced this reply.' };
  }

  return async (job, reply, signal) => {
    const startedAt = performance.now();
    let firstTextAt: number | undefined;
    const elapsed = (instant: number) => Math.round((instant - startedAt) * 10) / 10;
    const append = appendUpTo(reply, options.maxReplyBytes);
    const ask = async (): Promise<Ended> => {
      // The prompt is in the log already: it waits for a Postgres that is away.
      const messages = await retryUntilAvailable(() => options.readThread(job.messageId), signal);
      const { model, parameters } = job;
      const request = { model, messages, parameters, signal, beforeRead: options.beforeRead };
      const result = await options.model.generate(request, (channel, piece) => {
        if (channel === 'text') firstTextAt ??= performance.now();
        append(channel, piece);
      });
      return endOf(result, job, reply);
    };
    const end = await ask().catch((error: unknown) =>
      error instanceof ReplyLimitReached ? endAtLimit(job, reply) : endBy(error, reply, signal),
    );
    const timings = {
      first_token_ms: firstTextAt === undefined ? null : elapsed(firstTextAt),
      total_ms: elapsed(performance.now()),
    };
    return { ...end, timings };
  };
}
