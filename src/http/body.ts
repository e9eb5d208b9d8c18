// The size of what comes in, held in front of everything that reads it: Yoga's own limit counts every chunk of
// every request again, which costs a quarter of its time.
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

/** @throws AppError LIMIT_EXCEEDED where a body of unknown length grows beyond the limit */
async function readWhole(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge('more', mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(size: string, mostBytes: number): AppError {
  return new AppError('LIMIT_EXCEEDED', `The request has ${size} bytes; at most ${mostBytes} are taken.`);
}

/**
 * Refuses a body that is too large before it is read. One that does not say its length is read here, counted, and
 * handed on as `request.body`.
 */
export async function limitBody(
  request: IncomingMessage & { body?: Buffer },
  mostBytes: number,
): Promise<void> {
  const declared = request.headers['content-length'];
  // Node itself ends a body at the length that it declared.
  if (declared !== undefined && Number(declared) > mostBytes) throw tooLarge(declared, mostBytes);
  if (request.headers['transfer-encoding'] !== undefined) request.body = await readWhole(request, mostBytes);
}
