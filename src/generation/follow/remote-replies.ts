// Replies that other nodes produce, one copy for all the readers on this node: fed by the relay, and by polling the
// token log, which finds what the relay lost and is the only source without one.
import type pg from 'pg';
import { z } from 'zod';
import type { Relay } from '../../relay/relay.ts';
import type { LiveReply } from '../produce/live-reply.ts';
import { type Channel, channels } from '../provider/provider.ts';
import { followSubject, requestIntervalMs, textSubject } from './publish-text.ts';
import {
  appendPiece,
  createRemoteReply,
  demandPoll,
  isPollDemanded,
  isPollDue,
  type RemoteReply,
} from './remote-reply.ts';

export type RemoteReplies = {
  /** A reply, until it is released as often as it was opened. It is closed when its end is in the log. */
  open(messageId: string): LiveReply;
  release(messageId: string): void;
  /** What this node has of a reply; undefined if it has no readers here. */
  peek(messageId: string): LiveReply | undefined;
  stop(): Promise<void>;
};

/** How often the token log is read for replies whose node is not heard. */
const pollIntervalMs = 250;

const relayedSchema = z.union([
  z.object({ channel: z.enum(channels).default('text'), offset: z.int().min(0), text: z.string() }),
  z.object({ end: z.literal(true) }),
]);
const storedSchema = z.array(
  z.object({
    id: z.string(),
    is_final: z.boolean(),
    channel: z.enum(channels),
    text_offset: z.int().nullable(),
    text: z.string().nullable(),
  }),
);
type Stored = z.output<typeof storedSchema>[number];

/** A channel of a reply, and the text offset up to which this node has it. */
type Wanted = { id: string; channel: Channel; length: number };

/** What follows after what this node has: from the stored piece on that contains this offset. */
async function readTokenLog(pool: pg.Pool, wanted: Wanted[]): Promise<Stored[]> {
  const { rows } = await pool.query({
    name: 'read_token_log',
    text: `SELECT m.id, m.status <> 'streaming' AS is_final, wanted.channel, piece.text_offset, piece.text
      FROM unnest($1::text[], $2::generation_channel[], $3::int[]) AS wanted (id, channel, length)
      JOIN message AS m ON m.id = wanted.id
      LEFT JOIN LATERAL (
        SELECT t.text_offset, t.text FROM token_log AS t
        WHERE t.message_id = m.id AND t.channel = wanted.channel AND m.status = 'streaming' AND t.text_offset >= coalesce(
          (SELECT max(earlier.text_offset) FROM token_log AS earlier
           WHERE earlier.message_id = m.id AND earlier.channel = wanted.channel AND earlier.text_offset <= wanted.length), 0)
      ) AS piece ON true
      ORDER BY m.id, wanted.channel, piece.text_offset`,
    values: [
      wanted.map(({ id }) => id),
      wanted.map(({ channel }) => channel),
      wanted.map(({ length }) => length),
    ],
  });
  return storedSchema.parse(rows);
}

/** A timer that runs once for all who schedule it: at the earliest of their times. */
function createEarliestTimer(run: () => void): { schedule(delayMs: number): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let runsAt = 0;
  return {
    schedule(delayMs) {
      const at = performance.now() + delayMs;
      if (timer !== undefined && runsAt <= at) return;
      clearTimeout(timer);
      runsAt = at;
      timer = setTimeout(() => {
        timer = undefined;
        run();
      }, delayMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** @param options.onError called once when Postgres stops answering */
export function createRemoteReplies(options: {
  pool: pg.Pool;
  relay: Relay;
  onError: (error: unknown) => void;
}): RemoteReplies {
  const { pool, relay } = options;
  const remotes = new Map<string, RemoteReply>();
  const unsubscribes = new Map<string, () => void>();
  const timer = createEarliestTimer(tick);
  let isFailing = false;
  /** The poll that is under way: there is one at a time. */
  let poll: Promise<void> | undefined;

  function requestText(messageId: string, remote: RemoteReply): void {
    remote.requestedAt = performance.now();
    const { text, reasoning } = remote.reply;
    relay.publish(followSubject, { messageId, have: text.length, haveReasoning: reasoning.length });
  }

  function receive(messageId: string, remote: RemoteReply, data: unknown): void {
    const { data: message } = relayedSchema.safeParse(data);
    if (message === undefined) return;
    remote.heardAt = performance.now();
    // Not trusted: a closed reply is not followed any more, so only the log may close it.
    if ('end' in message) {
      demandPoll(remote);
      timer.schedule(0);
    } else if (!appendPiece(remote.reply, message)) requestText(messageId, remote);
  }

  async function readDue(): Promise<void> {
    const now = performance.now();
    const terms = { now, intervalMs: requestIntervalMs, isConnected: relay.isConnected };
    const duePolls = [...remotes].filter(([, remote]) => isPollDue(remote, terms));
    if (duePolls.length === 0) return;
    for (const [, remote] of duePolls) remote.polledAt = now;
    const wanted = duePolls.flatMap(([id, { reply }]) =>
      channels.map((channel) => ({ id, channel, length: reply[channel].length })),
    );
    for (const { id, is_final, channel, text_offset: offset, text } of await readTokenLog(pool, wanted)) {
      const remote = remotes.get(id);
      if (remote === undefined) continue;
      if (text !== null && offset !== null) appendPiece(remote.reply, { channel, offset, text });
      if (is_final) remote.reply.close();
    }
  }

  async function runPoll(): Promise<void> {
    try {
      await readDue();
      isFailing = false;
    } catch (error) {
      if (!isFailing) options.onError(error);
      isFailing = true;
    }
    poll = undefined;
    // Replies that were opened, or whose end was announced, meanwhile.
    if ([...remotes.values()].some(isPollDemanded)) timer.schedule(0);
  }

  /** Requests text while a poll is under way, too: the relay works though Postgres does not answer. */
  function tick(): void {
    const now = performance.now();
    for (const [messageId, remote] of remotes) {
      if (now - remote.requestedAt >= requestIntervalMs) requestText(messageId, remote);
    }
    poll ??= runPoll();
    if (remotes.size > 0) timer.schedule(pollIntervalMs);
  }

  function start(messageId: string): RemoteReply {
    const remote = createRemoteReply();
    unsubscribes.set(
      messageId,
      relay.subscribe(textSubject(messageId), (data) => receive(messageId, remote, data)),
    );
    remotes.set(messageId, remote);
    requestText(messageId, remote);
    timer.schedule(0);
    return remote;
  }

  function drop(messageId: string): void {
    remotes.delete(messageId);
    unsubscribes.get(messageId)?.();
    unsubscribes.delete(messageId);
  }

  return {
    open(messageId) {
      const remote = remotes.get(messageId) ?? start(messageId);
      remote.readerCount += 1;
      return remote.reply;
    },
    release(messageId) {
      const remote = remotes.get(messageId);
      if (remote === undefined) return;
      remote.readerCount -= 1;
      if (remote.readerCount === 0) drop(messageId);
    },
    peek: (messageId) => remotes.get(messageId)?.reply,
    async stop() {
      timer.stop();
      for (const messageId of [...remotes.keys()]) drop(messageId);
      await poll;
    },
  };
}
