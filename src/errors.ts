// AppError, the one way to fail on purpose, with its closed list of codes. Every other error is a bug, and is masked
// before clients see it.

/**
 * - UNAUTHENTICATED: the request needs a valid token and has none.
 * - FORBIDDEN: the viewer's roles do not allow this operation at all.
 * - NOT_FOUND: the thing does not exist, or the viewer may not see it.
 * - INVALID_INPUT: a value is out of range, or has the wrong form.
 * - CONFLICT: well-formed, but the current state or an earlier use of the same id forbids it.
 * - LIMIT_EXCEEDED: larger, deeper or more than the server is configured to accept.
 * - UPSTREAM_FAILED: the database or the model endpoint failed; repeating the request is safe.
 */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_INPUT',
  'CONFLICT',
  'LIMIT_EXCEEDED',
  'UPSTREAM_FAILED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** An expected failure. `message` says in full sentences what is wrong, with the value, and what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

/** The message that clients get for an error that is not an AppError. */
export const bugMessage = 'Something went wrong here. The error was logged.';
