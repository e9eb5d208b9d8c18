// Replies that other nodes produce, one copy for all the readers on this node: fed by the relay, and by
// looking into the token log, which finds what the relay lost and is all there is without one.
import type pg from 'pg';
import { z } from 'zod';
import type { Relay } from '../../relay/relay.ts';
import { createLiveReply, type LiveReply } from '../produce/live-reply.ts';
import { type Channel, channels } from '../provider/provider.ts';
import { askIntervalMs, followSubject, textSubject } from './publish-text.ts';

export type RemoteReplies = {
  /** A reply, until it is released as often as it was opened. It is closed when its end is in the log. */
  open(messageId: string): LiveReply;
  release(messageId: string): void;
  /** What this node knows of a reply; undefined where no one here follows it. */
  peek(messageId: string): LiveReply | undefined;
  stop(): Promise<void>;
};

/** How often the token log is looked at for replies whose node is not heard. */
const pollIntervalMs = 250;

const pieceSchema = z.union([
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

type RemoteReply = {
  reply: LiveReply;
  users: number;
  heardAt: number;
  askedAt: number;
  polledAt: number;
  unsubscribe: () => void;
};

/** A channel of a reply, and up to which text offset this node has it. */
type Wanted = { id: string; channel: Channel; have: number };

/** What follows after what this node has: from the piece on in which its text offset lies. */
async function readStored(pool: pg.Pool, wanted: Wanted[]): Promise<Stored[]> {
  const { rows } = await pool.query({
    name: 'read_token_log',
    text: `SELECT m.id, m.status <> 'streaming' AS is_final, wanted.channel, piece.text_offset, piece.text
      FROM unnest($1::text[], $2::generation_channel[], $3::int[]) AS wanted (id, channel, have)
      JOIN message AS m ON m.id = wanted.id
      LEFT JOIN LATERAL (
        SELECT t.text_offset, t.text FROM token_log AS t
        WHERE t.message_id = m.id AND t.channel = wanted.channel AND m.status = 'streaming' AND t.text_offset >= coalesce(
          (SELECT max(held.text_offset) FROM token_log AS held
           WHERE held.message_id = m.id AND held.channel = wanted.channel AND held.text_offset <= wanted.have), 0)
      ) AS piece ON true
      ORDER BY m.id, wanted.channel, piece.text_offset`,
    values: [
      wanted.map(({ id }) => id),
      wanted.map(({ channel }) => channel),
      wanted.map(({ have }) => have),
    ],
  });
  return storedSchema.parse(rows);
}

type Piece = { channel: Channel; offset: number; text: string };

/** Adds the part that is new. @returns false where something is missing before it */
function extend(reply: LiveReply, { channel, offset, text }: Piece): boolean {
  const { length } = reply[channel];
  if (reply.isClosed || offset > length) return reply.isClosed;
  const known = text.slice(0, length - offset);
  // A stranger's, or at a wrong place: what is known already says so.
  if (known !== '' && known !== reply[channel].read(offset, known.length)) return true;
  const fresh = text.slice(length - offset);
  if (fresh !== '') reply.append(channel, fresh);
  return true;
}

/** @param onError told once when Postgres stops answering */
export function createRemoteReplies(options: {
  pool: pg.Pool;
  relay: Relay;
  onError: (error: unknown) => void;
}): RemoteReplies {
  const { pool, relay } = options;
  const replicas = new Map<string, RemoteReply>();
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let pollAt = 0;
  let isLooking = false;
  let looking = Promise.resolve();

  function ask(messageId: string, replica: RemoteReply): void {
    replica.askedAt = performance.now();
    const { text, reasoning } = replica.reply;
    relay.publish(followSubject, { messageId, have: text.length, haveReasoning: reasoning.length });
  }

  function hear(messageId: string, replica: RemoteReply, data: unknown): void {
    const { data: piece } = pieceSchema.safeParse(data);
    if (piece === undefined) return;
    replica.heardAt = performance.now();
    // Not taken at its word: a reply that is closed is followed no more, so only the log may say it.
    if ('end' in piece) {
      replica.polledAt = Number.NEGATIVE_INFINITY;
      schedule(0);
    } else if (!extend(replica.reply, piece)) ask(messageId, replica);
  }

  /** Those whose node is heard are looked at as seldom as they are asked for: it may have died. */
  function isDue(replica: RemoteReply, now: number): boolean {
    const isHeard = relay.isConnected && now - replica.heardAt < askIntervalMs;
    return !replica.reply.isClosed && (!isHeard || now - replica.polledAt >= askIntervalMs);
  }

  async function look(): Promise<void> {
    const now = performance.now();
    const due = [...replicas].filter(([, replica]) => isDue(replica, now));
    if (due.length === 0) return;
    for (const [, replica] of due) replica.polledAt = now;
    const wanted = due.flatMap(([id, { reply }]) =>
      channels.map((channel) => ({ id, channel, have: reply[channel].length })),
    );
    for (const { id, is_final, channel, text_offset: offset, text } of await readStored(pool, wanted)) {
      const replica = replicas.get(id);
      if (replica === undefined) continue;
      if (text !== null && offset !== null) extend(replica.reply, { channel, offset, text });
      if (is_final) replica.reply.close();
    }
  }

  async function tryLook(): Promise<void> {
    isLooking = true;
    try {
      await look();
      isFailing = false;
    } catch (error) {
      if (!isFailing) options.onError(error);
      isFailing = true;
    }
    isLooking = false;
    // Those that came, or were told to have ended, meanwhile.
    const isWaiting = ({ reply, polledAt }: RemoteReply) =>
      !reply.isClosed && polledAt === Number.NEGATIVE_INFINITY;
    if ([...replicas.values()].some(isWaiting)) schedule(0);
  }

  /** Asks on while a look is under way: the relay works though Postgres does not answer. */
  function poll(): void {
    timer = undefined;
    const now = performance.now();
    for (const [messageId, replica] of replicas) {
      if (now - replica.askedAt >= askIntervalMs) ask(messageId, replica);
    }
    if (!isLooking) looking = tryLook();
    if (replicas.size > 0) schedule(pollIntervalMs);
  }

  function schedule(delayMs: number): void {
    const dueAt = performance.now() + delayMs;
    if (timer !== undefined && pollAt <= dueAt) return;
    clearTimeout(timer);
    pollAt = dueAt;
    timer = setTimeout(poll, delayMs);
  }

  function begin(messageId: string): RemoteReply {
    const replica: RemoteReply = {
      reply: createLiveReply(),
      users: 0,
      heardAt: Number.NEGATIVE_INFINITY,
      askedAt: 0,
      polledAt: Number.NEGATIVE_INFINITY,
      unsubscribe: relay.subscribe(textSubject(messageId), (data) => hear(messageId, replica, data)),
    };
    replicas.set(messageId, replica);
    ask(messageId, replica);
    schedule(0);
    return replica;
  }

  return {
    open(messageId) {
      const replica = replicas.get(messageId) ?? begin(messageId);
      replica.users += 1;
      return replica.reply;
    },
    release(messageId) {
      const replica = replicas.get(messageId);
      if (replica === undefined) return;
      replica.users -= 1;
      if (replica.users > 0) return;
      replicas.delete(messageId);
      replica.unsubscribe();
    },
    peek: (messageId) => replicas.get(messageId)?.reply,
    async stop() {
      clearTimeout(timer);
      for (const { unsubscribe } of replicas.values()) unsubscribe();
      replicas.clear();
      await looking;
    },
  };
}
