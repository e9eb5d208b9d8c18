// A reader of one reply that may lose its connection at any moment and goes on from where it was: on any node, over
// any carrier. It keeps what a client would show, and notices whatever was left out, doubled or taken back in silence.
import { z } from 'zod';
import { openStream } from './raw-sse.ts';
import { connectSocket } from './raw-websocket.ts';

/** Over an event stream the place is told in the query or, as browsers do, in a header. */
export const ways = ['websocket', 'sse', 'last-event-id'] as const;
export type Way = (typeof ways)[number];

const query = `subscription ($messageId: ID!, $after: Int! = 0) {
  generation(messageId: $messageId, after: $after) {
    __typename
    ... on GenerationDelta { offset end text }
    ... on GenerationRewind { end }
    ... on GenerationEnd { message { status content } }
  }
}`;

const updateSchema = z.discriminatedUnion('__typename', [
  z.object({ __typename: z.literal('GenerationDelta'), offset: z.int(), end: z.int(), text: z.string() }),
  z.object({ __typename: z.literal('GenerationRewind'), end: z.int() }),
  z.object({
    __typename: z.literal('GenerationEnd'),
    message: z.object({ status: z.string(), content: z.string() }),
  }),
]);
export type Update = z.output<typeof updateSchema>;
const resultSchema = z.object({ data: z.object({ generation: updateSchema }) });

type Connection = { next(): Promise<unknown>; cut(): void };

async function openWebSocket(url: string, variables: Record<string, unknown>): Promise<Connection> {
  const raw = await connectSocket(url);
  raw.socket.on('error', () => {});
  raw.subscribe('1', query, variables);
  return {
    async next() {
      const message = await raw.next();
      if (message?.type === 'error') throw new Error(JSON.stringify(message.payload));
      return message?.type === 'next' ? message.payload : undefined;
    },
    cut: () => raw.socket.terminate(),
  };
}

async function openEvents(
  url: string,
  variables: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<Connection> {
  const stream = await openStream(url, { query, variables }, headers);
  return {
    async next() {
      const data = await stream.next();
      return data === undefined ? undefined : JSON.parse(data);
    },
    cut: () => stream.cut(),
  };
}

export type ReplyReader = {
  readonly messageId: string;
  readonly text: string;
  /** How many pieces came. */
  readonly pieces: number;
  /** How often it was told that its text ends before what it has. */
  readonly rewinds: number;
  readonly end: { status: string; content: string } | undefined;
  /**
   * Connects, and reads that many pieces on, or to the end; then cuts the connection.
   * @throws Error where a piece does not continue the text, or the connection fails
   */
  readOn(url: string, way: Way, most?: number): Promise<void>;
  /** Breaks the connection that is open, as a network does. */
  cut(): void;
};

/** A piece that does not continue what the reader has. */
export class BrokenTextError extends Error {}

export function createReplyReader(messageId: string, after = 0): ReplyReader {
  // What the reader is told that it has, without having read it.
  let text = '';
  let pieces = 0;
  let rewinds = 0;
  let end: ReplyReader['end'];
  let connection: Connection | undefined;

  function take(update: Update): void {
    if (update.__typename === 'GenerationEnd') end = update.message;
    else if (update.__typename === 'GenerationRewind') {
      if (update.end >= after + text.length) throw new BrokenTextError(`A rewind to ${update.end}.`);
      text = text.slice(0, update.end - after);
      rewinds += 1;
    } else {
      if (update.offset !== after + text.length || update.end !== update.offset + update.text.length) {
        throw new BrokenTextError(`A piece from ${update.offset}, not from ${after + text.length}.`);
      }
      text += update.text;
      pieces += 1;
    }
  }

  function open(url: string, way: Way): Promise<Connection> {
    const place = after + text.length;
    if (way === 'websocket') return openWebSocket(url, { messageId, after: place });
    if (way === 'sse') return openEvents(url, { messageId, after: place }, {});
    return openEvents(url, { messageId }, place === 0 ? {} : { 'last-event-id': String(place) });
  }

  return {
    messageId,
    get text() {
      return text;
    },
    get pieces() {
      return pieces;
    },
    get rewinds() {
      return rewinds;
    },
    get end() {
      return end;
    },
    async readOn(url, way, most = Number.POSITIVE_INFINITY) {
      connection = await open(url, way);
      try {
        const goal = pieces + most;
        while (end === undefined && pieces < goal) {
          const result = await connection.next();
          if (result === undefined) throw new Error('The connection ended before the reply.');
          const parsed = resultSchema.safeParse(result);
          if (!parsed.success) throw new Error(JSON.stringify(result));
          take(parsed.data.data.generation);
        }
      } finally {
        connection.cut();
        connection = undefined;
      }
    },
    cut: () => connection?.cut(),
  };
}
