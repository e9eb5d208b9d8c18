// The size of what comes in, held in front of everything that reads it: Yoga's own limit counts every chunk of
// every request again, which costs a quarter of its time.
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

function tooLarge(size: string, maxBytes: number): AppError {
  return new AppError('LIMIT_EXCEEDED', `The request has ${size} bytes; at most ${maxBytes} are taken.`);
}

/** @throws AppError LIMIT_EXCEEDED where a body of unknown length grows beyond the limit */
function readWhole(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('error', reject);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      // What comes after is thrown away and not the socket, which still has to carry the answer.
      if (bytes <= maxBytes) chunks.push(chunk);
      else reject(tooLarge(`more than ${maxBytes}`, maxBytes));
    });
  });
}

export function isJson(request: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

/**
 * Refuses a body that is too large before it is read. One that does not say its length is read here, counted, and
 * handed on as `request.body`.
 */
export async function limitBody(
  request: IncomingMessage & { body?: Buffer },
  maxBytes: number,
): Promise<void> {
  const declared = request.headers['content-length'];
  // Node itself ends a body at the length that it declared.
  if (declared !== undefined && Number(declared) > maxBytes) throw tooLarge(declared, maxBytes);
  if (request.headers['transfer-encoding'] !== undefined) request.body = await readWhole(request, maxBytes);
}
