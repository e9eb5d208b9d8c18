// Puts the protocol of graphql-ws on a socket of ws. The package's own adapter prints each write to a client that has
// gone as an internal error, and takes a slow reader for a dead one.
import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Results } from '../../delivery/subscription-results.ts';
import type { ToJson } from '../response-json.ts';
import { type Bytes, textFrame, toBytes } from './frame.ts';

/**
 * Sends a message, given in UTF-8.
 * @returns nothing where the network took it at once; else what resolves when it has, which holds the source of a
 * slow reader back
 * @throws Gone, or rejects with it
 */
export type Send = (message: Bytes) => Promise<void> | undefined;

/** What the hooks of graphql-ws are handed as `extra`. */
export type Extra = { socket: WebSocket; request: IncomingMessage; send: Send };

/** Ends what is being sent to a client that has gone: nobody's failure. */
class ClientDisconnected extends Error {}

/**
 * Writes past ws, which takes two writes for a message and a callback to tell that it was taken: a third more than
 * this. Whole messages may stand between those of ws, as it writes its own at once where nothing is compressed.
 */
export function createSend(socket: WebSocket, { socket: wire }: IncomingMessage, onTaken: () => void): Send {
  return (message) => {
    if (socket.readyState !== socket.OPEN) throw new ClientDisconnected();
    wire.write(textFrame(message), 'latin1');
    if (wire.writableLength === 0) {
      onTaken();
      return undefined;
    }
    return new Promise((resolve, reject) => {
      // Nothing, behind all that waits.
      wire.write('', (error) => {
        if (error) return reject(new ClientDisconnected());
        onTaken();
        resolve();
      });
    });
  };
}

/**
 * Sends the results of a subscription, the next once the last was taken. graphql-ws would render each for each reader.
 * @returns what it is handed in their place: a source that gives nothing, runs until they end, and is left as they are
 */
export function sendResults(
  results: Results,
  options: { id: string; send: Send; toJson: ToJson },
): AsyncIterableIterator<never> {
  const { id, send, toJson } = options;
  const start = toBytes(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  return {
    async next() {
      try {
        for (;;) {
          const { value, done } = await results.next();
          if (done === true) return { value: undefined, done: true };
          const taken = send(`${start}${toJson(value)}}`);
          if (taken !== undefined) await taken;
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
 * @param onError told of what is a fault of ours; the socket is closed with 4500 then
 */
export function serveSocket<E extends Extra>(
  server: Server<E>,
  extra: E,
  onError: (error: unknown) => void,
): void {
  const { socket, send } = extra;
  const failed = (error: unknown) => {
    if (error instanceof ClientDisconnected) return;
    onError(error);
    socket.close(CloseCode.InternalServerError, 'Internal server error');
  };
  // ws has already closed such a socket, and told the client what it did wrong.
  socket.on('error', () => {});
  const carrier = {
    protocol: socket.protocol,
    send: async (data: string) => send(toBytes(data)),
    close: (code: number, reason: string) => socket.close(code, reason),
    onMessage: (take: (data: string) => Promise<void>) =>
      socket.on('message', (data) => void take(String(data)).catch(failed)),
  };
  const closed = server.opened(carrier, extra);
  socket.once('close', (code, reason) => void closed(code, String(reason)).catch(failed));
}
