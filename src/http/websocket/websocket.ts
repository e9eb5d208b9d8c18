// GraphQL over WebSocket: the graphql-transport-ws protocol on /graphql, with the pipeline of Yoga.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { Authenticate } from '../../identity/authenticate.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { createSubscribe } from '../connections/admit-subscription.ts';
import type { Connection, Connections } from '../connections/connections.ts';
import { atExpiry } from '../connections/expiry.ts';
import { keepAlive } from '../connections/heartbeat.ts';
import type { Policy } from '../policy.ts';
import type { ToJson } from '../response-json.ts';
import type { Yoga } from '../yoga.ts';
import { createSend, type Extra, sendResults, serveSocket } from './socket-adapter.ts';

/**
 * 4401 as the protocol has it, others as registered for WebSockets. Clients of the protocol give up after 4401, and
 * connect again after the others, with a growing pause.
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
const closeCodes = { unauthorized: 4401, serviceRestart: 1012, tryAgainLater: 1013 };

/** How long a client may take to say who it is. */
const initTimeoutMs = 10_000;
/** How often a silent client is asked whether it is still there. */
const heartbeatMs = 12_000;

type Member = { connection: Connection; viewer?: Viewer; cancelExpiry?: () => void };
type Peer = Extra & Partial<Member>;
type Hooks = ServerOptions<Record<string, unknown>, Peer>;
/** How an operation is answered. */
type Pipeline = { [Kind in 'execute' | 'subscribe']: NonNullable<Hooks[Kind]> };

export type WebSockets = { close(): Promise<void> };

function tokenOf(params: Record<string, unknown> | undefined): string | undefined {
  const value = params?.authorization ?? params?.Authorization;
  return typeof value === 'string' ? value : undefined;
}

const upgradeStatuses: Partial<Record<ErrorCode, string>> = {
  FORBIDDEN: '403 Forbidden',
  NOT_FOUND: '404 Not Found',
  UPSTREAM_FAILED: '503 Service Unavailable',
};

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { code, message } = error instanceof AppError ? error : new AppError('INVALID_INPUT', 'Bad request.');
  const status = upgradeStatuses[code] ?? '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\n\r\n${message}\n`);
}

/** Tells why nobody is let in: in a moment it may be different, but not for a token that is not valid. */
function refuseConnection({ socket }: Extra, error: unknown): void {
  const { code, message } =
    error instanceof AppError ? error : new AppError('UPSTREAM_FAILED', 'Something went wrong here.');
  if (code === 'UNAUTHENTICATED') socket.close(closeCodes.unauthorized, code);
  else socket.close(closeCodes.tryAgainLater, code === 'LIMIT_EXCEEDED' ? `${code}: ${message}` : code);
}

/** Who is there: asked once when the connection begins, and it ends with the token. */
function connectionHooks(
  authenticate: Authenticate,
  connectionOf: (socket: WebSocket) => Connection,
): Pick<Hooks, 'onConnect' | 'onClose'> {
  return {
    async onConnect({ extra, connectionParams }) {
      try {
        extra.viewer = await authenticate(tokenOf(connectionParams) ?? extra.request.headers.authorization);
        extra.connection = connectionOf(extra.socket);
        extra.connection.admit(extra.viewer.username);
      } catch (error) {
        refuseConnection(extra, error);
        return false;
      }
      extra.cancelExpiry = atExpiry(extra.viewer.expiresAt, () =>
        extra.socket.close(closeCodes.unauthorized, 'token expired'),
      );
      return true;
    },
    onClose({ extra }) {
      extra.cancelExpiry?.();
    },
  };
}

/** Stands where graphql-ws keeps what it returns when the client completes the operation, or goes. */
function cancelOnReturn(leaving: AbortController) {
  return {
    [Symbol.asyncIterator](): AsyncIterator<never> {
      throw new Error('An operation that is not followed.');
    },
    return: async () => leaving.abort(),
  };
}

/**
 * Each operation is read as Yoga reads one that came over HTTP, and executed as there. What is followed goes from its
 * source to the socket with nothing between.
 */
function operationHooks(options: SocketOptions): Pick<Hooks, 'onSubscribe' | 'execute' | 'subscribe'> {
  const { yoga, mask, toJson } = options;
  const follow = createSubscribe(options.connections, mask);
  const pipelines = new WeakMap<object, Pipeline>();
  const pipelineOf = (args: ExecutionArgs): Pipeline => {
    const pipeline = pipelines.get(args);
    if (pipeline === undefined) throw new Error('An operation without its pipeline.');
    return pipeline;
  };
  return {
    async onSubscribe({ extra, subscriptions }, id, params) {
      const { connection, send } = extra;
      if (connection === undefined) throw new Error('An operation before connection_init.');
      const leaving = new AbortController();
      // graphql-ws keeps nothing for an operation with a single answer, and would let it run for nobody.
      subscriptions[id] = cancelOnReturn(leaving);
      const { schema, execute, parse, validate, contextFactory } = yoga.getEnveloped({
        // By POST: Yoga refuses mutations otherwise, as pages of any site can send a GET.
        request: new Request('http://afterword/graphql', { method: 'POST' }),
        ...{ params, viewer: extra.viewer, connection, signal: leaving.signal },
      });
      try {
        const document = parse(params.query);
        const errors = validate(schema, document);
        if (errors.length > 0) return errors.map(mask);
        const { operationName, variables: variableValues } = params;
        const contextValue = await contextFactory();
        const args = { schema, document, operationName, variableValues, contextValue };
        pipelines.set(args, {
          async execute() {
            const release = connection.hold();
            try {
              return await execute(args);
            } finally {
              release();
            }
          },
          async subscribe() {
            const results = await follow(args);
            return 'next' in results ? sendResults(results, { id, send, toJson }) : results;
          },
        });
        return args;
      } catch (error) {
        return [mask(error)];
      }
    },
    execute: (args) => pipelineOf(args).execute(args),
    subscribe: (args) => pipelineOf(args).subscribe(args),
  };
}

/** @param accept called with each socket before anything is read of it */
function acceptUpgrades(
  { server, policy, connections }: Pick<SocketOptions, 'server' | 'policy' | 'connections'>,
  sockets: WebSocketServer,
  accept: (socket: WebSocket, request: IncomingMessage) => void,
): void {
  server.on('upgrade', (request, socket, head) => {
    // Node has let go of the socket: an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy());
    try {
      connections.refuseWhileDraining();
      policy.check(request.headers);
      if (new URL(request.url ?? '/', 'http://afterword').pathname !== '/graphql') {
        throw new AppError('NOT_FOUND', 'WebSockets are served on /graphql.');
      }
    } catch (error) {
      refuseUpgrade(socket, error);
      return;
    }
    sockets.handleUpgrade(request, socket, head, accept);
  });
}

type SocketOptions = {
  server: Server;
  yoga: Yoga;
  policy: Policy;
  connections: Connections;
  authenticate: Authenticate;
  mask: (error: unknown) => GraphQLError;
  toJson: ToJson;
  maxMessageBytes: number;
  onError: (error: unknown) => void;
};

export function serveWebSockets(options: SocketOptions): WebSockets {
  const { onError, connections } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    handleProtocols,
  });
  const opened = new WeakMap<WebSocket, Connection>();
  const connectionOf = (socket: WebSocket): Connection => {
    const connection = opened.get(socket);
    if (connection === undefined) throw new Error('A WebSocket without its connection.');
    return connection;
  };
  const server = makeServer<Record<string, unknown>, Peer>({
    connectionInitWaitTimeout: initTimeoutMs,
    ...connectionHooks(options.authenticate, connectionOf),
    ...operationHooks(options),
  });
  acceptUpgrades(options, sockets, (socket, request) => {
    const connection = connections.add({
      close: () => socket.close(closeCodes.serviceRestart, 'connect elsewhere'),
      // One that went silent would stay for the half minute that ws waits for its answer.
      terminate: () => socket.terminate(),
    });
    opened.set(socket, connection);
    socket.once('close', connection.remove);
    const send = createSend(socket, keepAlive(socket, heartbeatMs));
    serveSocket(server, { socket, request, send }, onError);
  });
  return {
    close() {
      for (const socket of sockets.clients) socket.terminate();
      return new Promise((resolve) => sockets.close(() => resolve()));
    },
  };
}
