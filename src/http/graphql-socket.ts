// Puts the protocol of graphql-ws on a socket of ws. The package's own adapter prints each write to a client that has
// gone as an internal error, and takes a slow reader for a dead one.
import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { keepAlive } from './heartbeat.ts';

/** What the hooks of graphql-ws are handed as `extra`. */
export type Extra = { socket: WebSocket; request: IncomingMessage };

/** Ends what is being sent to a client that has gone: nobody's failure. */
class Gone extends Error {}

/** Sends, and resolves when the network has taken it, which holds the source of a slow reader back. @throws Gone */
function createSend(socket: WebSocket, onTaken: () => void): (data: string) => Promise<void> {
  return (data) =>
    new Promise((resolve, reject) => {
      if (socket.readyState !== socket.OPEN) return reject(new Gone());
      socket.send(data, (error) => {
        if (error) return reject(new Gone());
        onTaken();
        resolve();
      });
    });
}

/**
 * Serves a socket until it is closed.
 * @param onError told of what is a fault of ours; the socket is closed with 4500 then
 */
export function serveSocket<E extends Extra>(
  server: Server<E>,
  extra: E,
  options: { heartbeatMs: number; onError: (error: unknown) => void },
): void {
  const { socket } = extra;
  const failed = (error: unknown) => {
    if (error instanceof Gone) return;
    options.onError(error);
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  // ws has already closed such a socket, and told the client what it did wrong.
  socket.on('error', () => {});
  const carrier = {
    protocol: socket.protocol,
    send: createSend(socket, keepAlive(socket, options.heartbeatMs)),
    close: (code: number, reason: string) => socket.close(code, reason),
    onMessage: (take: (data: string) => Promise<void>) =>
      socket.on('message', (data) => void take(String(data)).catch(failed)),
  };
  const closed = server.opened(carrier, extra);
  socket.once('close', (code, reason) => void closed(code, String(reason)).catch(failed));
}
