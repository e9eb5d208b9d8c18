// The HTTP server: policy first, then the few routes. It owns every socket, and closes them when it stops.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import { allowOrigin, answerPreflight, isPreflight, sendError, sendJson } from './answers.ts';
import { isJson, limitBody } from './body.ts';
import type { Connections } from './connections.ts';
import { exportPath, type ServeExport } from './exports.ts';
import type { Readiness } from './health.ts';
import type { Policy } from './policy.ts';
import type { Yoga } from './yoga.ts';

const notJson = new AppError('INVALID_INPUT', 'Send the request as JSON: Content-Type: application/json.');

export type HttpServer = {
  server: Server;
  /** @returns the port that it listens on */
  listen(): Promise<number>;
  /** @param graceMs how long requests that are being answered may still take */
  close(graceMs: number): Promise<void>;
};

/** At the least, for answers that are under way. */
const shortestGraceMs = 500;
const sweepMs = 50;

export function createHttpServer(options: {
  host: string;
  port: number;
  policy: Policy;
  connections: Connections;
  yoga: Yoga;
  serveExport: ServeExport;
  maxRequestBytes: number;
  checkReady: () => Promise<Readiness>;
  onError: (error: unknown) => void;
}): HttpServer {
  const { policy, yoga } = options;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
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
      if (isPreflight(request)) return answerPreflight(response);
      // Whatever else there is, a form on any page can send without being asked for a preflight.
      if (request.method === 'POST' && !isJson(request)) return sendError(response, notJson, 415);
      await limitBody(request, options.maxRequestBytes);
      await yoga(request, response);
      return;
    }
    if (exportPath.test(path)) {
      allowOrigin(request, response);
      if (isPreflight(request)) return answerPreflight(response);
      options.connections.refuseWhileDraining();
      await options.serveExport(request, response, new URL(request.url ?? '', 'http://localhost'));
      return;
    }
    if (path === '/') {
      response.writeHead(302, { Location: '/graphql' }).end();
      return;
    }
    throw new AppError('NOT_FOUND', `There is nothing at ${path}: the API is at /graphql.`);
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      const isGone = error === request.errored;
      if (!(error instanceof AppError) && !isGone) options.onError(error);
      if (response.headersSent) response.destroy();
      else if (error instanceof AppError) sendError(response, error);
      else sendJson(response, 500, { errors: [{ message: 'Something went wrong here; it was logged.' }] });
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
        setTimeout(() => server.closeAllConnections(), Math.max(graceMs, shortestGraceMs)).unref();
      });
    },
  };
}
