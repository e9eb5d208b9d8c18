// The HTTP server: the policy, then the routes. It owns every socket, and closes them when it stops.
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

/** A request without a body cannot be too large: its limit is one of how many run at once. */
function statusOf({ code }: AppError, { method }: IncomingMessage): number | undefined {
  return code === 'LIMIT_EXCEEDED' && method === 'GET' ? 429 : httpStatuses[code];
}

const notJson = new AppError(
  'INVALID_INPUT',
  'The request is not JSON. Send JSON with Content-Type: application/json.',
);

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** In the form of GraphQL errors, also for requests that never reach GraphQL. */
function sendError(
  response: ServerResponse,
  error: AppError,
  status = httpStatuses[error.code] ?? 400,
): void {
  sendJson(response, status, {
    errors: [{ message: error.message, extensions: { code: error.code } }],
  });
}

/** The policy has refused foreign origins already: a page whose request gets here may read the response. */
function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Vary', 'Origin');
  if (request.headers.origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin);
}

/** A browser sends a preflight before a page of another origin may send JSON. */
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
  /** @returns the port that the server listens on */
  listen(): Promise<number>;
  /** @param graceMs how long requests in progress may still take */
  close(graceMs: number): Promise<void>;
};

/** Responses that are being sent get at least this long. */
const minGraceMs = 500;
const closeIdleEveryMs = 50;

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
    // So that the next request of the client goes to another node.
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
      // A page of any site can send every other content type without a preflight.
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
      `There is nothing at ${path}. The API is at /graphql, the pages start at /.`,
    );
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      const hasDisconnected = error === request.errored;
      if (!(error instanceof AppError) && !hasDisconnected) options.onError(error);
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
        // Repeatedly: a connection that was busy becomes an idle one after its response.
        const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
        server.close(() => {
          clearInterval(closeIdle);
          resolve();
        });
        // A client that never reads its response, or never finishes its request, must not keep the process alive.
        setTimeout(() => server.closeAllConnections(), Math.max(graceMs, minGraceMs)).unref();
      });
    },
  };
}
