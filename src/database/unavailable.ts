// Whether Postgres is unavailable, as against what it answered: the one place that knows the codes and messages by
// which Postgres, its driver, Node and Prisma report it.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ZodError } from 'zod';
import { AppError } from '../errors.ts';

/**
 * Codes of an error that say that no connection could be made, or that it broke. Prisma: P1… and P2024 (no connection
 * of the pool was free in time). Node: ECONN…, EPIPE, ETIMEDOUT, and ENOENT for a Unix socket. Postgres: 08 and 57P.
 */
const unreachableCodes = /^(P1\d{3}|P2024|ECONN\w+|EPIPE|ETIMEDOUT|ENOENT|57P\d\d|08\w{3})$/;
/** pg and Prisma report some lost connections by their message alone. */
const unreachableMessages = /connect|Connection terminated|terminating connection/i;

/** 08: connection, 25: read-only, 28: login, 40: deadlock, 53: resources, 57: shut down or cancelled, 58: system. */
const retryableStates = /^(08|25|28|40|53|57|58)/;

/** Errors of our own code, whatever their message mentions. */
function isOurs(error: unknown): boolean {
  return error instanceof ZodError || error instanceof TypeError || error instanceof AppError;
}

/** Whether Postgres could not be reached. The error may come from anywhere, such as a resolver. */
export function isDatabaseUnreachable(error: unknown): boolean {
  if (!(error instanceof Error) || isOurs(error)) return false;
  if ('code' in error && typeof error.code === 'string' && unreachableCodes.test(error.code)) return true;
  return !(error instanceof pg.DatabaseError) && unreachableMessages.test(error.message);
}

/** Whether a query that failed with the error, or the reading of its rows, may succeed in a moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return retryableStates.test(error.code ?? '');
  // Whatever a query throws that neither Postgres reported nor our own code comes from the connection.
  return !isOurs(error);
}

const retryPauseMs = 250;

/** Repeats the query while Postgres is unavailable. @throws any other error; the signal's reason once it is aborted */
export async function retryUntilAvailable<T>(query: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await query();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await delay(retryPauseMs, undefined, { signal });
    }
  }
}
