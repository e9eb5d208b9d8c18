// The cursor of an event: its topic and offset in base64url, opaque to clients.
import { AppError } from '../../errors.ts';

export function formatCursor(event: { topic: string; offset: number }): string {
  return Buffer.from(`${event.topic}@${event.offset}`).toString('base64url');
}

/**
 * The offset of the event that a cursor names.
 * @param name of the argument or header, for the error
 * @throws AppError INVALID_INPUT if it is not a cursor, or belongs to another topic
 */
export function parseCursor(cursor: string, topic: string, name = 'after'): number {
  const match = /^(.+)@(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const offset = Number(match?.[2]);
  if (match === null || !Number.isSafeInteger(offset)) {
    throw new AppError(
      'INVALID_INPUT',
      `${name} ${JSON.stringify(cursor.slice(0, 100))} is not a cursor: pass the cursor of an event.`,
    );
  }
  if (match[1] !== topic) {
    throw new AppError(
      'INVALID_INPUT',
      `${name} is a cursor of topic ${JSON.stringify(match[1])}, not of ${JSON.stringify(topic)}.`,
    );
  }
  return offset;
}
