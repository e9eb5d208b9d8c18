// Runs the protocol of graphql-ws on a socket of ws. The adapter of the package would print each write to a client that
// has disconnected as an internal error, and terminate a slow reader as a dead one.
import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Results } from '../../delivery/subscription-results.ts';
import type { ToJson } from '../response-json.ts';

/**
 * @returns a promise that resolves once the network has taken the message, so that a slow reader holds its source back
 * @throws ClientDisconnected
 */
export type Send = (message: string) => Promise<void>;

/** What the hooks of graphql-ws get as `extra`. */
export type Extra = { socket: WebSocket; request: IncomingMessage; send: Send };

/** Ends the sending to a client that has left: not a failure. */
class ClientDisconnected extends Error {}

/** @param onSent called each time the network has taken a message */
export function createSend(socket: WebSocket, onSent: () => void): Send {
  return (message) => {
    if (socket.readyState !== socket.OPEN) return Promise.reject(new ClientDisconnected());
    return new Promise((resolve, reject) => {
      socket.send(message, (error) => {
        if (error) return reject(new ClientDisconnected());
        onSent();
        resolve();
      });
    });
  };
}

/**
 * Sends the results of a subscription, each once the network has taken the one before. graphql-ws would render each
 * result again for each reader.
 * @returns the source that graphql-ws gets instead: it yields nothing, ends with the results, and returns them when it
 * is returned
 */
export function sendResults(
  results: Results,
  options: { id: string; send: Send; toJson: ToJson },
): AsyncIterableIterator<never> {
  const { id, send, toJson } = options;
  const start = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  return {
    async next() {
      try {
        for (;;) {
          const { value, done } = await results.next();
          if (done === true) return { value: undefined, done: true };
          await send(`${start}${toJson(value)}}`);
        }
      } finally {
        await results.return();
      }
    },
    async return() {
      await results.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * Serves a socket until it is closed.
 * @param onError called with each error that the client did not cause; the socket is then closed with 4500
 */
export function serveSocket<E extends Extra>(
  server: Server<E>,
  extra: E,
  onError: (error: unknown) => void,
): void {
  const { socket, send } = extra;
  const onFailure = (error: unknown) => {
    if (error instanceof ClientDisconnected) return;
    onError(error);
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  // ws has already closed the socket, with a code for the rule of the protocol that the client broke.
  socket.on('error', () => {});
  const carrier = {
    protocol: socket.protocol,
    send,
    close: (code: number, reason: string) => socket.close(code, reason),
    onMessage: (handle: (data: string) => Promise<void>) =>
      socket.on('message', (data) => void handle(String(data)).catch(onFailure)),
  };
  const closed = server.opened(carrier, extra);
  socket.once('close', (code, reason) => void closed(code, String(reason)).catch(onFailure));
}
