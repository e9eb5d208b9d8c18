// The server's own log: JSON lines on stderr, so that stdout is free for what a command answers.
import pino from 'pino';
import type { Config } from './config.ts';

export type Logger = pino.Logger;

export function createLogger(level: Config['logLevel']): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
