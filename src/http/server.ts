// The HTTP server: policy first, then the few routes. It owns every socket, and closes them when it stops.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, bugMessage } from '../errors.ts';
import { isJson, limitBody } from './body-limit.ts';
import type { Connections } from './connections/connections.ts';
import type { Exports } from './exports.ts';
import type { Readiness } from './health.ts';
import type { Policy } from './policy.ts';
import { createStaticFiles } from './static.ts';
import type { Yoga } from './yoga.ts';

const httpStatuses: Partial<Record<AppError['code'], number>> = {
  FORBIDDEN: 403,
  LIMIT_EXCEEDED: 413,
  NOT_FOUND: 404,
  UNAUTHENTICATED: 401,
  UPSTREAM_FAILED: 503,
};

/** What is asked for without a body is not too large, but too often. */
function statusOf({ code }: AppError, { method }: IncomingMessage): number | undefined {
  return code === 'LIMIT_EXCEEDED' && method === 'GET' ? 429 : httpStatuses[code];
}

const notJson = new AppError('INVALID_INPUT', 'Send the request as JSON: Content-Type: application/json.');

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** The same shape as every other failure, also where no GraphQL was reached. */
function sendError(
  response: ServerResponse,
  error: AppError,
  status = httpStatuses[error.code] ?? 400,
): void {
  sendJson(response, status, {
    errors: [{ message: error.message, extensions: { code: error.code } }],
  });
}

/** The policy has already refused foreign origins: a page whose request arrives here may read the answer. */
function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  if (request.headers.origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin);
}

/** What a browser asks before a page of another origin may send JSON. */
function answerPreflight(response: ServerResponse): void {
  response
    .writeHead(204, {
      'Access-Control-Allow-Methods': 'GET, POST',
      'Access-Control-Allow-Headers': 'Content-Type, Authorization, Last-Event-ID',
      'Access-Control-Max-Age': '600',
    })
    .end();
}

export type HttpServer = {
  server: Server;
  /** @returns the port that it listens on */
  listen(): Promise<number>;
  /** @param graceMs how long requests that are being answered may still take */
  close(graceMs: number): Promise<void>;
};

/** At the least, for answers that are under way. */
const minGraceMs = 500;
const sweepMs = 50;

export function createHttpServer(options: {
  host: string;
  port: number;
  policy: Policy;
  connections: Connections;
  yoga: Yoga;
  exports: Exports;
  maxRequestBytes: number;
  checkReady: () => Promise<Readiness>;
  onError: (error: unknown) => void;
}): HttpServer {
  const { policy, yoga } = options;
  const files = createStaticFiles();

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    response.setHeader('X-Content-Type-Options', 'nosniff');
    // The next request of the client goes to another node.
    if (options.connections.isDraining) response.setHeader('Connection', 'close');
    if (path === '/health') return sendJson(response, 200, { status: 'alive' });
    if (path === '/ready') {
      const { isReady, reason } = await options.checkReady();
      return sendJson(response, isReady ? 200 : 503, { status: reason });
    }
    policy.check(request.headers);
    if (path === '/graphql') {
      allowOrigin(request, response);
      if (request.headers['access-control-request-method'] !== undefined) return answerPreflight(response);
      // Whatever else there is, a form on any page can send without being asked for a preflight.
      if (request.method === 'POST' && !isJson(request)) return sendError(response, notJson, 415);
      await limitBody(request, options.maxRequestBytes);
      await yoga(request, response);
      return;
    }
    // A page of another site that may use the API may also load the widget.
    allowOrigin(request, response);
    if (path.startsWith('/exports/')) {
      if (request.headers['access-control-request-method'] !== undefined) return answerPreflight(response);
      return await options.exports(request, response);
    }
    if (files.serve(path, request, response)) return;
    throw new AppError(
      'NOT_FOUND',
      `There is nothing at ${path}: the API is at /graphql, the pages begin at /.`,
    );
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      const isGone = error === request.errored;
      if (!(error instanceof AppError) && !isGone) options.onError(error);
      if (response.headersSent) response.destroy();
      else if (error instanceof AppError) sendError(response, error, statusOf(error, request));
      else sendJson(response, 500, { errors: [{ message: bugMessage }] });
    });
  });

  return {
    server,
    listen() {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(options.port, options.host, () => {
          server.removeListener('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : options.port);
        });
      });
    },
    close(graceMs) {
      return new Promise((resolve) => {
        // Those too that are kept open after an answer that was under way.
        const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
        server.close(() => {
          clearInterval(sweep);
          resolve();
        });
        // What is never read, or never sent to its end, doesn't hold the process.
        setTimeout(() => server.closeAllConnections(), Math.max(graceMs, minGraceMs)).unref();
      });
    },
  };
}
