// GraphQL over WebSocket: the graphql-transport-ws protocol on /graphql, with Yoga's pipeline for each operation.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ExecutionArgs, GraphQLError } from 'graphql';
import { handleProtocols, makeServer, type ServerOptions } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { AppError, bugMessage, type ErrorCode } from '../../errors.ts';
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
 * 4401 is a code of the protocol, the others are registered for WebSockets. Clients of the protocol give up after 4401,
 * and reconnect after the others, with an increasing delay.
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
const closeCodes = { unauthorized: 4401, serviceRestart: 1012, tryAgainLater: 1013 };

/** How long a client may take to send connection_init. */
const initTimeoutMs = 10_000;
/** How often a client is pinged. */
const heartbeatMs = 12_000;

/** `extra` of a socket. The optional fields are set when its client is admitted. */
type SocketState = Extra & { connection?: Connection; viewer?: Viewer; cancelExpiry?: () => void };
type Hooks = ServerOptions<Record<string, unknown>, SocketState>;
/** How an operation is executed. */
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

/** Closes the socket with the reason of the refusal. Trying again may help, unless the token is not valid. */
function refuseConnection({ socket }: Extra, error: unknown): void {
  const { code, message } = error instanceof AppError ? error : new AppError('UPSTREAM_FAILED', bugMessage);
  if (code === 'UNAUTHENTICATED') socket.close(closeCodes.unauthorized, code);
  else socket.close(closeCodes.tryAgainLater, code === 'LIMIT_EXCEEDED' ? `${code}: ${message}` : code);
}

/** Authenticates a client once, when it connects. The connection ends when the token expires. */
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

/** An entry for the subscriptions of graphql-ws, which it returns when the client completes the operation or disconnects. */
function cancelOnReturn(controller: AbortController) {
  return {
    [Symbol.asyncIterator](): AsyncIterator<never> {
      throw new Error('This entry can only be returned.');
    },
    return: async () => controller.abort(),
  };
}

/**
 * Parses, validates and executes each operation with Yoga, as if it came over HTTP. The results of a subscription go from
 * its source to the socket directly.
 */
function operationHooks(options: SocketOptions): Pick<Hooks, 'onSubscribe' | 'execute' | 'subscribe'> {
  const { yoga, mask, toJson } = options;
  const subscribe = createSubscribe(options.connections, mask);
  const pipelines = new WeakMap<object, Pipeline>();
  const pipelineOf = (args: ExecutionArgs): Pipeline => {
    const pipeline = pipelines.get(args);
    if (pipeline === undefined) throw new Error('The operation has no pipeline.');
    return pipeline;
  };
  return {
    async onSubscribe({ extra, subscriptions }, id, params) {
      const { connection, send } = extra;
      if (connection === undefined)
        throw new Error('graphql-ws has let an operation pass before connection_init.');
      const controller = new AbortController();
      // graphql-ws adds no entry for a query or a mutation, and would let it run on after its client has left.
      subscriptions[id] = cancelOnReturn(controller);
      const { schema, execute, parse, validate, contextFactory } = yoga.getEnveloped({
        // POST, as Yoga refuses mutations by GET, which pages of any site can send.
        request: new Request('http://afterword/graphql', { method: 'POST' }),
        params,
        viewer: extra.viewer,
        connection,
        signal: controller.signal,
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
            const results = await subscribe(args);
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

/** @param accept called with each socket before anything is read from it */
function acceptUpgrades(
  { server, policy, connections }: Pick<SocketOptions, 'server' | 'policy' | 'connections'>,
  sockets: WebSocketServer,
  accept: (socket: WebSocket, request: IncomingMessage) => void,
): void {
  server.on('upgrade', (request, socket, head) => {
    // Node no longer handles the socket: an error without a listener would end the process.
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
    if (connection === undefined) throw new Error('The WebSocket has no connection.');
    return connection;
  };
  const server = makeServer<Record<string, unknown>, SocketState>({
    connectionInitWaitTimeout: initTimeoutMs,
    ...connectionHooks(options.authenticate, connectionOf),
    ...operationHooks(options),
  });
  acceptUpgrades(options, sockets, (socket, request) => {
    const connection = connections.add({
      close: () => socket.close(closeCodes.serviceRestart, 'connect elsewhere'),
      // close() alone would wait half a minute for a client that does not respond.
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
