// Whether Postgres could not be asked, as against what it said of what it was asked.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { ZodError } from 'zod';
import { AppError } from '../errors.ts';

/** 08: connection, 25: read-only, 28: login, 40: deadlock, 53: resources, 57: shut down or cancelled, 58: system. */
const unavailableStates = /^(08|25|28|40|53|57|58)/;

/** Of an error of a query, or of reading its rows: whether the same may succeed in a moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return unavailableStates.test(error.code ?? '');
  // What Postgres did not report is an error of the connection, where it is none of ours.
  return !(error instanceof ZodError || error instanceof TypeError || error instanceof AppError);
}

const retryMs = 250;

/** Asks again and again while Postgres is away. @throws what else went wrong; the reason of the signal when it is aborted */
export async function retryUntilAvailable<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await delay(retryMs, undefined, { signal });
    }
  }
}
