// The one way to fail on purpose: an AppError with a code of the closed list.
// Whatever is thrown and is not an AppError is a bug, and is masked at the edge.

/**
 * - UNAUTHENTICATED: no valid token, though one is needed.
 * - FORBIDDEN: the viewer's roles don't allow this operation at all.
 * - NOT_FOUND: it does not exist, or is not the viewer's to see.
 * - INVALID_INPUT: a value is out of its range or shape.
 * - CONFLICT: well-formed, but the current state or an earlier use of the same id forbids it.
 * - LIMIT_EXCEEDED: larger, deeper or more than the server is configured to take.
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

/** An expected failure. `message` is a full sentence that names the value and says what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}
