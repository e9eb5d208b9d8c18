// When a request that failed is made again: only where that can help, and not at once. Whatever it says is about
// requests of which no text has come; once there is text, nothing is asked again.
import { setTimeout } from 'node:timers/promises';
import type { AppError } from '../../errors.ts';
import type { Deadline } from './deadline.ts';

/** Requests after the first. */
const maxRetries = 2;

const firstPauseMs = 500;

/** Whether a refusal may pass: timeouts, lost races, too many requests, and faults do. */
export function isRetryable(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500;
}

/**
 * What Retry-After asks for, in milliseconds (RFC 9110, section 10.2.3; `retry-after-ms` is OpenAI's, and finer).
 * @returns undefined where it says nothing that can be understood
 */
function requestedPause(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const text = headers.get('retry-after') ?? '';
  const seconds = /^\s*\d/.test(text) ? Number.parseFloat(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1_000) : undefined;
}

/**
 * How long to wait before a retry, in milliseconds: never less than the endpoint asked for, else twice as long each
 * time. A part of it is random, so that requests which failed together don't come again together.
 * @param retry 1 for the first
 */
function pauseBefore(retry: number, headers: Headers | undefined): number {
  const asked = headers && requestedPause(headers);
  if (asked !== undefined) return asked * (1 + Math.random() / 4);
  return firstPauseMs * 2 ** (retry - 1) * (0.5 + Math.random() / 2);
}

/** An attempt that came to nothing. */
export type Failure = {
  error: AppError;
  /** Whether the same request may be answered a moment later. */
  isRetryable: boolean;
  /** What the endpoint answered, where it did. */
  refusal?: { status: number; body: string; headers: Headers };
};

export type RetryBudget = {
  /** Waits before the next attempt. @throws the error of this one where another is not worth it, or comes too late */
  waitBeforeRetry(failure: Failure): Promise<void>;
};

/**
 * The time that all attempts and the pauses between them may take together; it begins now.
 * @param late the error for its end
 */
export function createRetryBudget(deadline: Deadline, timeoutMs: number, late: () => AppError): RetryBudget {
  const endsAt = performance.now() + timeoutMs;
  const remainingMs = () => endsAt - performance.now();
  let retries = 0;
  deadline.set(timeoutMs, late);
  return {
    async waitBeforeRetry({ error, isRetryable: mayHelp, refusal }) {
      retries += 1;
      const pauseMs = pauseBefore(retries, refusal?.headers);
      // Whoever waits is told at once what else they would be told when the time is over.
      if (!mayHelp || retries > maxRetries || pauseMs >= remainingMs()) throw error;
      deadline.set(remainingMs(), late);
      await setTimeout(pauseMs, undefined, { signal: deadline.signal });
    },
  };
}
