// Distinguishes an unavailable Postgres from errors that Postgres reports about a statement.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ZodError } from 'zod';
import { AppError } from '../errors.ts';

/** 08: connection, 25: read-only, 28: login, 40: deadlock, 53: resources, 57: shutdown or cancellation, 58: system. */
const unavailableStates = /^(08|25|28|40|53|57|58)/;

/** Whether a query that failed with this error may succeed if it is repeated in a moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? '');
  // An error that neither Postgres nor our own code raised comes from the connection.
  return !(error instanceof ZodError || error instanceof TypeError || error instanceof AppError);
}

const retryMs = 250;

/** Repeats the query while Postgres is unavailable. @throws any other error; the reason of the signal if it is aborted */
export async function retryUntilAvailable<T>(query: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await query();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await delay(retryMs, undefined, { signal });
    }
  }
}
