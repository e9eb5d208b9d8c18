// Reads the body of one answer to its end, in any protocol, and releases its socket whatever happens.

import type { Deadline } from './deadline.ts';
import type { EndpointErrors } from './endpoint-errors.ts';
import type { BodyReader } from './protocol.ts';
import type { ModelResult, OnPiece } from './provider.ts';

type BodyOptions = {
  errors: EndpointErrors;
  deadline: Deadline;
  idleTimeoutMs: number;
  /** The caller's own signal. */
  signal: AbortSignal;
  beforeRead: (() => Promise<void> | undefined) | undefined;
  createBodyReader: (contentType: string) => BodyReader;
  onPiece: OnPiece;
};

// After the finish reason the text is complete. Only usage can follow, and no reader should wait long for it.
const usageWaitMs = 5_000;
// After the end mark nothing follows but the end of the body, which lets the connection be reused.
const endWaitMs = 100;

const fullReadBytes = 4_096;

const isTextComplete = ({ progress }: BodyReader): boolean =>
  progress.isDone || progress.finishReason !== undefined;

function nextWaitMs(body: BodyReader, idleTimeoutMs: number): number {
  if (body.progress.isDone) return endWaitMs;
  return isTextComplete(body) ? Math.min(usageWaitMs, idleTimeoutMs) : idleTimeoutMs;
}

async function readAll(
  read: () => Promise<Uint8Array | undefined>,
  body: BodyReader,
  { errors, deadline, idleTimeoutMs, beforeRead, onPiece }: BodyOptions,
): Promise<void> {
  const { progress } = body;
  let bytes: Uint8Array | undefined;
  let termMs = idleTimeoutMs;
  deadline.set(termMs, () => errors.idleTimeout(idleTimeoutMs));
  do {
    bytes = await read();
    const output = bytes === undefined ? body.end() : body.read(bytes);
    if (output.reasoning !== '') onPiece('reasoning', output.reasoning);
    if (output.text !== '') onPiece('text', output.text);
    if (progress.failure) throw errors.reportedInBody(progress.failure);
    // Once the text is complete, the wait for what may follow is short, and keep-alives don't prolong it.
    const waitMs = nextWaitMs(body, idleTimeoutMs);
    if (waitMs !== termMs) deadline.set(waitMs, () => errors.idleTimeout(waitMs));
    else if (!isTextComplete(body)) deadline.extend();
    termMs = waitMs;
    // A full read means that there is more already: it need not wait for more.
    if (bytes !== undefined && bytes.length < fullReadBytes) await beforeRead?.();
  } while (bytes !== undefined);
}

/**
 * Passes the text of an answer to `onPiece`, one piece of each channel for each network read.
 * @throws AppError UPSTREAM_FAILED if the body is not a reply, breaks off or falls silent
 */
export async function readReply(response: Response, options: BodyOptions): Promise<ModelResult> {
  const { errors, deadline, signal } = options;
  const contentType = response.headers.get('content-type') ?? '';
  if (response.body === null || contentType.includes('html')) {
    await response.body?.cancel();
    throw errors.notAReply(contentType || 'an empty body');
  }
  const body = options.createBodyReader(contentType);
  const reader = response.body.getReader();
  const read = async (): Promise<Uint8Array | undefined> => {
    try {
      const { value } = await reader.read();
      signal.throwIfAborted();
      return value;
    } catch {
      signal.throwIfAborted();
      if (isTextComplete(body)) return undefined;
      throw deadline.signal.aborted ? deadline.signal.reason : errors.connectionLost();
    }
  };
  try {
    await readAll(read, body, options);
    if (!isTextComplete(body)) throw errors.connectionLost();
    return { finishReason: body.progress.finishReason, usage: body.progress.usage };
  } finally {
    // A body that is abandoned half read would keep its socket open; one that failed has none any more.
    await reader.cancel().catch(() => undefined);
  }
}
