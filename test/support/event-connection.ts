// One connection that follows the log, as a WebSocket client or a browser's EventSource holds it. Its reader may stop
// reading the socket for a while, and destroy it at any moment.
import { createParser } from 'eventsource-parser';
import WebSocket from 'ws';
import { z } from 'zod';
import { beginRequest } from './raw-http.ts';

export const ways = ['websocket', 'eventsource'] as const;
export type Way = (typeof ways)[number];

/** The arguments of the subscription. */
export type Followed = {
  topic: string;
  offset: number;
  conversationId?: string | undefined;
  types?: string[] | undefined;
};

export type EventConnection = {
  /**
   * The next event; undefined once the connection is gone, or the server has lost its database for too long.
   * @throws Error where the server refuses, or says that the log has come to an end
   */
  next(): Promise<FollowedEvent | undefined>;
  /** Stops reading the socket. @returns goes on */
  stall(): () => void;
  /** Destroys the socket, as a network does. */
  cut(): void;
};

const eventSchema = z.object({
  id: z.string(),
  topic: z.string(),
  offset: z.int(),
  cursor: z.string(),
  type: z.string(),
  conversationId: z.string(),
  version: z.int(),
});
export type FollowedEvent = z.output<typeof eventSchema>;

const resultSchema = z.union([
  z.object({ data: z.object({ events: eventSchema }) }),
  z.object({ errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }) })).min(1) }),
]);

const messageSchema = z.object({ type: z.string(), payload: z.unknown().optional() });

const query = `subscription ($topic: String!, $offset: Offset, $after: String, $types: [EventType!], $conversationId: ID) {
  events(topic: $topic, offset: $offset, after: $after, types: $types, conversationId: $conversationId) {
    id topic offset cursor type conversationId version payload
  }
}`;

function toEvent(result: unknown): FollowedEvent | undefined {
  const parsed = resultSchema.safeParse(result);
  if (parsed.data !== undefined && 'data' in parsed.data) return parsed.data.data.events;
  const isAway = parsed.data?.errors.every(({ extensions }) => extensions.code === 'UPSTREAM_FAILED');
  if (isAway === true) return undefined;
  throw new Error(`The server answered ${JSON.stringify(result)}.`);
}

/** Results for whoever asks, without a deadline: the log may be silent for as long as a server takes to start. */
function createMailbox() {
  const results: unknown[] = [];
  let hasEnded = false;
  let wake = () => {};
  return {
    push(result: unknown) {
      results.push(result);
      wake();
    },
    end() {
      hasEnded = true;
      wake();
    },
    async next(): Promise<FollowedEvent | undefined> {
      while (results.length === 0) {
        if (hasEnded) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return toEvent(results.shift());
    },
  };
}

function followByWebSocket(url: string, variables: Record<string, unknown>): EventConnection {
  const mailbox = createMailbox();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: Record<string, unknown>) => socket.send(JSON.stringify(message));
  socket.on('open', () => send({ type: 'connection_init' }));
  socket.on('message', (data) => {
    const { type, payload } = messageSchema.parse(JSON.parse(String(data)));
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query, variables } });
    if (type === 'next') mailbox.push(payload);
    if (type === 'error') mailbox.push({ errors: payload });
    if (type === 'complete') mailbox.push('complete');
  });
  // What is wrong with the network, the close tells.
  socket.on('error', () => {});
  socket.on('close', mailbox.end);
  return {
    next: mailbox.next,
    stall() {
      socket.pause();
      return () => socket.resume();
    },
    cut: () => socket.terminate(),
  };
}

/** @param lastEventId as a browser sends it, with the arguments that it began with */
async function followAsEventSource(
  url: string,
  variables: Record<string, unknown>,
  lastEventId: string | undefined,
): Promise<EventConnection> {
  const asked = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  const answer = await beginRequest(url, {
    method: 'GET',
    path: `/graphql?${asked}`,
    headers: { accept: 'text/event-stream', 'last-event-id': lastEventId ?? null },
  });
  const mailbox = createMailbox();
  if (answer.statusCode !== 200) mailbox.push(`HTTP ${answer.statusCode}`);
  const parser = createParser({
    onEvent({ event, id, data }) {
      if (event === 'next') mailbox.push(JSON.parse(data));
      // A browser would not come back after this one.
      if (event === 'complete' && id !== undefined) mailbox.push('complete');
    },
  });
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => parser.feed(text));
  answer.on('error', () => {});
  answer.on('close', mailbox.end);
  return {
    next: mailbox.next,
    stall() {
      answer.pause();
      return () => void answer.resume();
    },
    cut: () => void answer.destroy(),
  };
}

/**
 * @param after the cursor of the event that came last
 * @returns undefined where nobody listens
 */
export async function followEvents(
  url: string,
  way: Way,
  { after, ...followed }: Followed & { after: string | undefined },
): Promise<EventConnection | undefined> {
  if (way === 'eventsource') return await followAsEventSource(url, followed, after).catch(() => undefined);
  const { offset, ...filter } = followed;
  return followByWebSocket(url, after === undefined ? followed : { ...filter, after });
}
