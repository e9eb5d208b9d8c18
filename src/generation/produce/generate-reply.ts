// Produces one reply: asks the model, appends its text to the live reply, and returns how it ended. A failure is an
// end, too: nothing is thrown.
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

/** Why a reply is ended before the model ends it. */
export type AbortReason = 'stopped' | 'interrupted';

/** @param signal aborts with an AbortReason */
export type Produce = (job: GenerationJob, reply: LiveReply, signal: AbortSignal) => Promise<EndOfGeneration>;

/** Thrown to end the request to the model: the reply has reached its maximum size. */
class ReplyLimitReached extends Error {}

function usageFields(usage: Usage): NonNullable<EndOfGeneration['usage']> {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
  };
}

/** The content of a reply, with the field names of its end. */
export function contentFields({ text, reasoning }: ByChannel<string>) {
  return { content: text, ...(reasoning === '' ? {} : { reasoning }) };
}

type UntimedEnd = Omit<EndOfGeneration, 'timings'>;

function endOf({ finishReason, usage }: ModelResult, { model }: GenerationJob, reply: LiveReply): UntimedEnd {
  const content = {
    ...contentFields(fullText(reply)),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
    ...(usage === undefined ? {} : { usage: usageFields(usage) }),
  };
  if (content.content !== '') return { ...content, status: 'complete' };
  // An empty reply must not look complete: users see nothing, and models would be trained to be silent.
  const reason = finishReason === undefined ? '' : ` (finish reason ${finishReason})`;
  return { ...content, status: 'failed', error: `The model ${model} ended without any text${reason}.` };
}

function endAtLimit(job: GenerationJob, reply: LiveReply): UntimedEnd {
  const end = endOf({ finishReason: 'length', usage: undefined }, job, reply);
  return end.status === 'complete' ? { ...end, status: 'stopped' } : end;
}

/** Appends to a reply up to a maximum number of bytes of UTF-8, reasoning included. */
function appendUpTo(reply: LiveReply, maxBytes: number): OnPiece {
  let remainingBytes = maxBytes;
  return (channel, piece) => {
    const bytes = Buffer.byteLength(piece);
    if (bytes <= remainingBytes) {
      remainingBytes -= bytes;
      reply.append(channel, piece);
      return;
    }
    // Encodes whole characters only.
    const { read } = new TextEncoder().encodeInto(piece, new Uint8Array(remainingBytes));
    if (read > 0) reply.append(channel, piece.slice(0, read));
    throw new ReplyLimitReached();
  };
}

/**
 * @param options.readThread the messages that lead to the reply, from the root, without the reply
 * @param options.beforeRead what to wait for before each network read from the model
 * @param options.onError called with failures that are not the model's
 */
export function createProducer(options: {
  model: ModelClient;
  readThread: (messageId: string) => Promise<ChatMessage[]>;
  maxReplyBytes: number;
  beforeRead: () => Promise<void> | undefined;
  onError: (error: unknown) => void;
}): Produce {
  /** The end of a reply that was aborted or failed. */
  function endBy(error: unknown, reply: LiveReply, signal: AbortSignal): UntimedEnd {
    const content = contentFields(fullText(reply));
    if (signal.aborted) {
      const status: AbortReason = signal.reason === 'stopped' ? 'stopped' : 'interrupted';
      return { ...content, status };
    }
    if (error instanceof AppError) return { ...content, status: 'failed', error: error.message };
    options.onError(error);
    return { ...content, status: 'failed', error: 'Afterword failed while it produced this reply.' };
  }

  return async (job, reply, signal) => {
    const startedAt = performance.now();
    let firstTextAt: number | undefined;
    const elapsed = (instant: number) => Math.round((instant - startedAt) * 10) / 10;
    const append = appendUpTo(reply, options.maxReplyBytes);
    const ask = async (): Promise<UntimedEnd> => {
      // The prompt is in the log already: its reply waits while Postgres is unavailable.
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
