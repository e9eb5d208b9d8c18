// One WebSocket that speaks graphql-transport-ws message by message, and can be killed.
import { once } from 'node:events';
import WebSocket from 'ws';
import { z } from 'zod';
import { createQueue } from './queue.ts';

const messageSchema = z.object({
  type: z.string(),
  id: z.string().optional(),
  payload: z.unknown().optional(),
});
export type RawMessage = z.output<typeof messageSchema>;

export type RawSocket = {
  socket: WebSocket;
  send(message: Record<string, unknown>): void;
  /** The next message but for pings; undefined once the socket is closed. */
  next(): Promise<RawMessage | undefined>;
  /** Starts an operation, whose answers have the id. */
  subscribe(id: string, query: string, variables?: Record<string, unknown>, operationName?: string): void;
  closed: Promise<{ code: number; reason: string }>;
};

const firstErrorSchema = z.looseObject({ extensions: z.object({ code: z.string() }) });
const payloadSchema = z.union([
  z.tuple([firstErrorSchema]).rest(z.unknown()),
  z.object({ errors: z.tuple([firstErrorSchema]).rest(z.unknown()) }).transform(({ errors }) => errors),
]);

/** The code of the first error in a message of type `error` or `next`. */
export function codeOfMessage(message: RawMessage | undefined): string | undefined {
  const parsed = payloadSchema.safeParse(message?.payload);
  return parsed.data?.[0].extensions.code;
}

/** @throws Error with the status of a refused upgrade */
export async function openSocket(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const queue = createQueue<RawMessage>();
  socket.on('message', (data) => {
    const message = messageSchema.parse(JSON.parse(String(data)));
    if (message.type !== 'ping') queue.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      queue.end();
      resolve({ code, reason: String(reason) });
    });
  });
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(new Error(`HTTP ${response.statusCode}`));
    });
    socket.once('error', reject);
  });
  await Promise.race([once(socket, 'open'), refused]);
  const send = (message: Record<string, unknown>) => socket.send(JSON.stringify(message));
  return {
    socket,
    send,
    next: () => queue.take('the next message of the socket'),
    subscribe(id, query, variables, operationName) {
      send({ id, type: 'subscribe', payload: { query, variables, operationName } });
    },
    closed,
  };
}

/** An opened socket after connection_init was acknowledged. */
export async function connectSocket(url: string, payload: Record<string, unknown> = {}): Promise<RawSocket> {
  const raw = await openSocket(url);
  raw.send({ type: 'connection_init', payload });
  const first = await raw.next();
  if (first?.type !== 'connection_ack') throw new Error(`No connection_ack but ${JSON.stringify(first)}.`);
  return raw;
}
