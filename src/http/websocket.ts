// GraphQL over WebSocket: the graphql-transport-ws protocol on /graphql, with the pipeline of Yoga.
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import type { ServerOptions } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { AppError } from '../errors.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { Policy } from './policy.ts';
import type { Yoga } from './yoga.ts';

/** As the protocol has it: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
const closeCodes = { unauthorized: 4401, goingAway: 1001, tryAgainLater: 1013 };

/** How often a silent client is asked whether it is still there. */
const heartbeatMs = 12_000;
/** How long clients have to answer that the server closes. */
const closeTimeoutMs = 1_000;

type Connection = { viewer?: Viewer; expiry?: NodeJS.Timeout };
type Hooks = ServerOptions<Record<string, unknown>, Extra & Connection>;
type Pipeline = { execute: Executor; subscribe: Executor };
type Executor = (args: ExecutionArgs) => ReturnType<ReturnType<Yoga['getEnveloped']>['execute']>;

export type WebSockets = { close(): Promise<void> };

function tokenOf(params: Record<string, unknown> | undefined): string | undefined {
  const value = params?.authorization ?? params?.Authorization;
  return typeof value === 'string' ? value : undefined;
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const [status, message] =
    error instanceof AppError && error.code === 'FORBIDDEN'
      ? ['403 Forbidden', error.message]
      : ['404 Not Found', 'WebSockets are served on /graphql.'];
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n\r\n${message}\n`);
}

/** Who is there: asked once when the connection begins, and it ends with the token. */
function connectionHooks(authenticate: Authenticate): Pick<Hooks, 'onConnect' | 'onClose'> {
  return {
    async onConnect({ extra, connectionParams }) {
      try {
        extra.viewer = await authenticate(tokenOf(connectionParams) ?? extra.request.headers.authorization);
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'UPSTREAM_FAILED';
        // Clients give up after 4401, and connect again after 1013.
        const isRefused = code === 'UNAUTHENTICATED';
        extra.socket.close(isRefused ? closeCodes.unauthorized : closeCodes.tryAgainLater, code);
        return false;
      }
      if (extra.viewer.expiresAt === undefined) return true;
      const restMs = Math.min(extra.viewer.expiresAt - Date.now(), 2_147_483_647);
      extra.expiry = setTimeout(() => extra.socket.close(closeCodes.unauthorized, 'token expired'), restMs);
      return true;
    },
    onClose({ extra }) {
      clearTimeout(extra.expiry);
    },
  };
}

/** Each operation goes through Yoga's pipeline, as one that came over HTTP. */
function operationHooks(
  yoga: Yoga,
  mask: (error: unknown) => GraphQLError,
): Pick<Hooks, 'onSubscribe' | 'execute' | 'subscribe'> {
  const pipelines = new WeakMap<object, Pipeline>();
  const pipelineOf = (args: ExecutionArgs): Pipeline => {
    const pipeline = pipelines.get(args);
    if (pipeline === undefined) throw new Error('An operation without its pipeline.');
    return pipeline;
  };
  return {
    async onSubscribe({ extra }, _id, params) {
      const { schema, execute, subscribe, parse, validate, contextFactory } = yoga.getEnveloped({
        // By POST: Yoga refuses mutations otherwise, as pages of any site can send a GET.
        request: new Request('http://afterword/graphql', { method: 'POST' }),
        params,
        ...(extra.viewer === undefined ? {} : { viewer: extra.viewer }),
      });
      try {
        const document = parse(params.query);
        const errors = validate(schema, document);
        if (errors.length > 0) return errors.map(mask);
        const { operationName, variables: variableValues } = params;
        const contextValue = await contextFactory();
        const args: ExecutionArgs = { schema, document, operationName, variableValues, contextValue };
        pipelines.set(args, { execute, subscribe });
        return args;
      } catch (error) {
        return [mask(error)];
      }
    },
    execute: (args: ExecutionArgs) => pipelineOf(args).execute(args),
    subscribe: (args: ExecutionArgs) => pipelineOf(args).subscribe(args),
  };
}

function acceptUpgrades(server: Server, sockets: WebSocketServer, policy: Policy): void {
  server.on('upgrade', (request, socket, head) => {
    // Node has let go of the socket: an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    try {
      policy.check(request.headers);
      if (new URL(request.url ?? '/', 'http://afterword').pathname !== '/graphql') {
        throw new AppError('NOT_FOUND', 'WebSockets are served on /graphql.');
      }
    } catch (error) {
      refuseUpgrade(socket, error);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      sockets.emit('connection', ws, request);
      // graphql-ws prints what a client did wrong; ws has already closed such a socket, and told the client why.
      ws.removeAllListeners('error').on('error', () => {});
    });
  });
}

export function serveWebSockets(options: {
  server: Server;
  yoga: Yoga;
  policy: Policy;
  authenticate: Authenticate;
  mask: (error: unknown) => GraphQLError;
  maxMessageBytes: number;
}): WebSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.maxMessageBytes });
  const served = useServer<Record<string, unknown>, Connection>(
    {
      connectionInitWaitTimeout: 10_000,
      ...connectionHooks(options.authenticate),
      ...operationHooks(options.yoga, options.mask),
    },
    sockets,
    heartbeatMs,
  );
  acceptUpgrades(options.server, sockets, options.policy);
  return {
    async close() {
      for (const socket of sockets.clients) socket.close(closeCodes.goingAway, 'server stops');
      // A client that went silent would hold the process for the half minute that ws waits for its answer.
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, closeTimeoutMs);
      await served.dispose();
      clearTimeout(timer);
    },
  };
}
