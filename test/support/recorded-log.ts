// A server's log that a test can read.
import pino from 'pino';
import type { Logger } from '../../src/logger.ts';

/** @returns the logger, and what it was told of at level error and above */
export function createRecordedLog(): { log: Logger; failures: string[] } {
  const failures: string[] = [];
  const log = pino({ level: 'error', base: null }, { write: (line: string) => void failures.push(line) });
  return { log, failures };
}
