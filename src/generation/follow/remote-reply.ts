// One reply that another node produces, as this node knows it: what a new piece changes, and when to poll for more.
// Plain functions over its state; times are of performance.now().
import { createLiveReply, type LiveReply } from '../produce/live-reply.ts';
import type { Channel } from '../provider/provider.ts';

export type RemoteReply = {
  readonly reply: LiveReply;
  readerCount: number;
  /** When a message of its node came last. */
  heardAt: number;
  /** When its node was asked for text last. */
  requestedAt: number;
  /** When the token log was read for it last. */
  polledAt: number;
};

const never = Number.NEGATIVE_INFINITY;

export function createRemoteReply(): RemoteReply {
  return { reply: createLiveReply(), readerCount: 0, heardAt: never, requestedAt: never, polledAt: never };
}

/** Makes the next poll read this reply, though its node is heard. */
export function demandPoll(remote: RemoteReply): void {
  remote.polledAt = never;
}

/** Whether a poll was demanded, also by its creation, and has not started. */
export function isPollDemanded({ reply, polledAt }: RemoteReply): boolean {
  return !reply.isClosed && polledAt === never;
}

/** A reply whose node is heard is polled as rarely as it is requested: the node may have died. */
export function isPollDue(
  { reply, heardAt, polledAt }: RemoteReply,
  { now, intervalMs, isConnected }: { now: number; intervalMs: number; isConnected: boolean },
): boolean {
  const isHeard = isConnected && now - heardAt < intervalMs;
  return !reply.isClosed && (!isHeard || now - polledAt >= intervalMs);
}

export type Piece = { channel: Channel; offset: number; text: string };

/** Appends the part of the piece that is new. @returns false if text before it is missing */
export function appendPiece(reply: LiveReply, { channel, offset, text }: Piece): boolean {
  const { length } = reply[channel];
  if (reply.isClosed || offset > length) return reply.isClosed;
  const overlap = text.slice(0, length - offset);
  // From a stranger, or at a wrong offset: it contradicts the text that is here already.
  if (overlap !== '' && overlap !== reply[channel].read(offset, overlap.length)) return true;
  const newText = text.slice(length - offset);
  if (newText !== '') reply.append(channel, newText);
  return true;
}
