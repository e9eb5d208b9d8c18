// Decides whether and when a failed request is sent again. It applies only before the first text of a reply: once
// text has been shown, a request is never repeated.
import { setTimeout } from 'node:timers/promises';
import type { AppError } from '../../errors.ts';
import type { Deadline } from './deadline.ts';

/** Requests after the first. */
const maxRetries = 2;

const firstPauseMs = 500;

/** Whether retrying can succeed: after timeouts, lost races, too many requests, and faults of the server. */
export function isRetryable(status: number): boolean {
  return [408, 409, 429].includes(status) || status >= 500;
}

/**
 * The pause that Retry-After asks for, in milliseconds (RFC 9110, section 10.2.3; `retry-after-ms` is OpenAI's, and
 * finer). Undefined if it is missing or makes no sense.
 */
function requestedPause(headers: Headers): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const text = headers.get('retry-after') ?? '';
  const seconds = /^\s*\d/.test(text) ? Number.parseFloat(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1_000) : undefined;
}

/**
 * The pause before a retry, in milliseconds: never shorter than the endpoint asked for; if it did not ask, twice as
 * long each time. Part of it is random, so that requests which failed together are not repeated together.
 * @param retry 1 for the first
 */
function pauseBefore(retry: number, headers: Headers | undefined): number {
  const requestedMs = headers && requestedPause(headers);
  if (requestedMs !== undefined) return requestedMs * (1 + Math.random() / 4);
  return firstPauseMs * 2 ** (retry - 1) * (0.5 + Math.random() / 2);
}

/** An attempt that failed. */
export type Failure = {
  error: AppError;
  /** Whether the same request may succeed a moment later. */
  isRetryable: boolean;
  /** What the endpoint answered, if it did. */
  refusal?: { status: number; body: string; headers: Headers };
};

export type RetryBudget = {
  /** Waits before the next attempt. @throws the error of this one if another can't help, or would come too late */
  waitBeforeRetry(failure: Failure): Promise<void>;
};

/**
 * Limits the time of all attempts and the pauses between them together, from now on.
 * @param timedOut the error to throw when the time is up
 */
export function createRetryBudget(
  deadline: Deadline,
  timeoutMs: number,
  timedOut: () => AppError,
): RetryBudget {
  const endsAt = performance.now() + timeoutMs;
  const remainingMs = () => endsAt - performance.now();
  let retries = 0;
  deadline.set(timeoutMs, timedOut);
  return {
    async waitBeforeRetry({ error, isRetryable: canHelp, refusal }) {
      retries += 1;
      const pauseMs = pauseBefore(retries, refusal?.headers);
      // A pause that outlasts the time limit would only delay the same error.
      if (!canHelp || retries > maxRetries || pauseMs >= remainingMs()) throw error;
      deadline.set(remainingMs(), timedOut);
      await setTimeout(pauseMs, undefined, { signal: deadline.signal });
    },
  };
}
