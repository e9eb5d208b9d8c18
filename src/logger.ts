// The server's own log: JSON lines on stderr, so that stdout is free for the output of commands.
import pino from 'pino';
import type { Config } from './config.ts';

export type Logger = pino.Logger;

/** The fields of an error to log. Errors of the Postgres driver carry the whole connection, with its password. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}

export function createLogger(level: Config['logLevel']): Logger {
  return pino(
    { level, base: null, serializers: { err: describeError } },
    pino.destination({ dest: 2, sync: true }),
  );
}
