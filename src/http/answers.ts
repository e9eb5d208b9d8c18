// Answers that are no GraphQL: JSON, failures in the shape that every failure has, and what browsers are told.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../errors.ts';

const statuses: Partial<Record<AppError['code'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  LIMIT_EXCEEDED: 413,
  NOT_FOUND: 404,
  UPSTREAM_FAILED: 503,
};

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** The same shape as every other failure, also where no GraphQL was reached. */
export function sendError(
  response: ServerResponse,
  error: AppError,
  status = statuses[error.code] ?? 400,
): void {
  sendJson(response, status, {
    errors: [{ message: error.message, extensions: { code: error.code } }],
  });
}

/** The policy has already refused foreign origins: a page whose request arrives here may read the answer. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  if (request.headers.origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin);
}

export function isPreflight({ headers }: IncomingMessage): boolean {
  return headers['access-control-request-method'] !== undefined;
}

/** What a browser asks before a page of another origin may send JSON. */
export function answerPreflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Content-Type, Authorization, Last-Event-ID',
      'Access-Control-Max-Age': '600',
    })
    .end();
}
