// Reads one answer's body from its first byte to its end, and lets go of its socket whatever happens.

import type { Channel } from '../produce/live-reply.ts';
import type { Deadline } from './deadline.ts';
import type { EndpointFailures } from './endpoint-errors.ts';
import { type CompletionReader, createPlainReader, createStreamReader, type Usage } from './openai-stream.ts';

/** How a reply ended; each part is undefined where the endpoint did not say it. */
export type ReplyEnd = { finishReason: string | undefined; usage: Usage | undefined };

/** Takes a piece of what the model says: never empty, never with NUL, never with half a surrogate pair. */
export type OnPiece = (channel: Channel, piece: string) => void;

type Body = {
  failures: EndpointFailures;
  deadline: Deadline;
  idleTimeoutMs: number;
  /** The caller's own signal. */
  signal: AbortSignal;
  beforeRead: (() => Promise<void> | undefined) | undefined;
  onPiece: OnPiece;
};

// After finish_reason the text is whole. Only usage can follow, and no reader should wait long for it.
const usageWaitMs = 5_000;
// After [DONE] nothing follows but the end of the body, which lets the connection be used again.
const endWaitMs = 100;

const fullRead = 4_096;

const isWhole = ({ progress }: CompletionReader): boolean =>
  progress.isDone || progress.finishReason !== undefined;

async function readAll(
  read: () => Promise<Uint8Array | undefined>,
  completion: CompletionReader,
  { failures, deadline, idleTimeoutMs, beforeRead, onPiece }: Body,
): Promise<void> {
  const { progress } = completion;
  let bytes: Uint8Array | undefined;
  let termMs = idleTimeoutMs;
  deadline.set(termMs, () => failures.idleTimeout(idleTimeoutMs));
  do {
    bytes = await read();
    const said = bytes === undefined ? completion.end() : completion.read(bytes);
    if (said.reasoning !== '') onPiece('reasoning', said.reasoning);
    if (said.text !== '') onPiece('text', said.text);
    if (progress.failure) throw failures.reportedInBody(progress.failure);
    // Once the text is whole, the wait for what may follow is short, and keep-alives don't prolong it.
    const waitMs = progress.isDone
      ? endWaitMs
      : isWhole(completion)
        ? Math.min(usageWaitMs, idleTimeoutMs)
        : idleTimeoutMs;
    if (waitMs !== termMs) deadline.set(waitMs, () => failures.idleTimeout(waitMs));
    else if (!isWhole(completion)) deadline.extend();
    termMs = waitMs;
    // A full read means that more is there: it need not wait to become more.
    if (bytes !== undefined && bytes.length < fullRead) await beforeRead?.();
  } while (bytes !== undefined);
}

/**
 * Hands what an answer says to `onPiece`, a piece of each channel for each network read.
 * @throws AppError UPSTREAM_FAILED when the body is no completion, breaks off or falls silent
 */
export async function readReply(response: Response, body: Body): Promise<ReplyEnd> {
  const { failures, deadline, signal } = body;
  const contentType = response.headers.get('content-type') ?? '';
  if (response.body === null || contentType.includes('html')) {
    await response.body?.cancel();
    throw failures.notACompletion(contentType || 'an empty body');
  }
  const completion = contentType.includes('json') ? createPlainReader() : createStreamReader();
  const reader = response.body.getReader();
  const read = async (): Promise<Uint8Array | undefined> => {
    try {
      const { value } = await reader.read();
      signal.throwIfAborted();
      return value;
    } catch {
      signal.throwIfAborted();
      if (isWhole(completion)) return undefined;
      throw deadline.signal.aborted ? deadline.signal.reason : failures.connectionLost();
    }
  };
  try {
    await readAll(read, completion, body);
    if (!isWhole(completion)) throw failures.connectionLost();
    return { finishReason: completion.progress.finishReason, usage: completion.progress.usage };
  } finally {
    // A body that is given up half read would keep its socket open; one that errored has none any more.
    await reader.cancel().catch(() => undefined);
  }
}
