// A reader of a reply who has its beginning and then takes nothing more from the network, until told to.

import { createParser } from 'eventsource-parser';
import WebSocket from 'ws';
import { z } from 'zod';
import { beginRequest } from './raw-http.ts';

const query = `subscription ($messageId: ID!, $after: Int! = 0) {
  generation(messageId: $messageId, after: $after) {
    ... on GenerationDelta { offset end text }
    ... on GenerationEnd { message { status } }
  }
}`;
const resultSchema = z.object({
  data: z.object({
    generation: z.union([
      z.object({ offset: z.int(), end: z.int(), text: z.string() }),
      z.object({ message: z.object({ status: z.string() }) }),
    ]),
  }),
});
type Take = (result: unknown) => void;
type Connection = { pause(): void; resume(): void; closed: Promise<unknown>; end(): void };

async function openSocket(url: string, variables: unknown, take: Take): Promise<Connection> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'connection_ack')
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
    else if (type === 'next') take(payload);
  });
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed,
    end: () => socket.terminate(),
  };
}

async function openStream(url: string, variables: unknown, take: Take): Promise<Connection> {
  const answer = await beginRequest(url, {
    body: { query, variables },
    headers: { accept: 'text/event-stream' },
  });
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'next') take(JSON.parse(data));
    },
  });
  const closed = new Promise((resolve) => answer.once('close', resolve));
  answer.setEncoding('utf8');
  answer.on('error', () => {});
  answer.on('data', (text: string) => parser.feed(text));
  return {
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    closed,
    end: () => void answer.destroy(),
  };
}

export type PausedReader = {
  /** The text offset up to which it has the reply. */
  readonly position: number;
  readonly isAtEnd: boolean;
  /** Reads to the end; one that was cut off meanwhile goes on from where it was. @throws Error where it is another text */
  readOn(whole: string): Promise<void>;
};

/** Resolves when it has the first piece and reads no more. */
export async function createPausedReader(
  url: string,
  messageId: string,
  carrier: 'websocket' | 'sse',
): Promise<PausedReader> {
  const open = carrier === 'websocket' ? openSocket : openStream;
  let position = 0;
  let isAtEnd = false;
  let failure: Error | undefined;
  let expected: string | undefined;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: over, resolve: finish } = Promise.withResolvers<void>();

  function take(result: unknown): void {
    const { generation } = resultSchema.parse(result).data;
    if ('message' in generation) {
      isAtEnd = true;
      finish();
      return;
    }
    const { offset, end, text } = generation;
    if (offset !== position) failure = new Error(`A piece from ${offset}, not from ${position}.`);
    if (expected !== undefined && expected.slice(offset, end) !== text)
      failure = new Error(`Another text at ${offset}.`);
    position = end;
    begin();
  }

  let connection = await open(url, { messageId }, take);
  await begun;
  connection.pause();
  return {
    get position() {
      return position;
    },
    get isAtEnd() {
      return isAtEnd;
    },
    async readOn(whole) {
      expected = whole;
      connection.resume();
      while (!isAtEnd && failure === undefined) {
        const end = await Promise.race([over, connection.closed.then(() => 'cut')]);
        if (end === 'cut' && !isAtEnd) connection = await open(url, { messageId, after: position }, take);
      }
      connection.end();
      if (failure !== undefined) throw failure;
      if (position !== whole.length) throw new Error(`It ends at ${position} of ${whole.length}.`);
    },
  };
}
