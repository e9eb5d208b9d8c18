// Publishes the text and reasoning of this node's running replies to the nodes whose readers follow them, and to no
// others: a node repeats its request for a reply for as long as it has readers.
import { z } from 'zod';
import { type Relay, subjectOf } from '../../relay/relay.ts';
import type { LiveReply } from '../produce/live-reply.ts';
import { type Channel, channels } from '../provider/provider.ts';

/** Requests of nodes with readers: {messageId, have, haveReasoning}, the text offsets up to which they have the reply. */
export const followSubject = subjectOf('follow');
/** Answers to all of them: {channel, offset, text}, and {end: true} once the end is in the log. */
export const textSubject = (messageId: string) => subjectOf('text', messageId);

/** How often a node repeats its request. A node whose requests stop for three times as long has no readers left. */
export const requestIntervalMs = 1_000;
const interestMs = 3 * requestIntervalMs;
/** Text that comes faster is sent together. */
const publishIntervalMs = 10;
/** UTF-16 code units in one message: at most 3 bytes each in JSON's UTF-8 (6 if escaped), below NATS' 1 MiB. */
const maxPieceLength = 131_072;

const offsetSchema = z.int().min(0);
const requestSchema = z
  .object({ messageId: z.string(), have: offsetSchema, haveReasoning: offsetSchema.default(0) })
  .transform(({ messageId, have: text, haveReasoning: reasoning }) => ({
    messageId,
    have: { text, reasoning },
  }));

/** A reply that other nodes follow. */
type Publication = {
  readonly reply: LiveReply;
  /** The text offset up to which each channel has been sent. */
  readonly sent: Record<Channel, number>;
  followedUntil: number;
  sentAt: number;
  /** Whether a timer or a change of the reply will continue it. */
  isWaiting: boolean;
};

function hasUnsent({ reply, sent }: Publication): boolean {
  return channels.some((channel) => sent[channel] < reply[channel].length);
}

/**
 * @param options.live a reply that this node is producing
 * @returns an unsubscribe function
 */
export function publishText(options: {
  relay: Relay;
  live: (messageId: string) => LiveReply | undefined;
}): () => void {
  const { relay } = options;
  const publications = new Map<string, Publication>();

  function send(messageId: string, publication: Publication): void {
    const { reply, sent } = publication;
    for (const channel of channels) {
      while (sent[channel] < reply[channel].length) {
        const text = reply[channel].read(sent[channel], maxPieceLength);
        relay.publish(textSubject(messageId), { channel, offset: sent[channel], text });
        sent[channel] += text.length;
      }
    }
    publication.sentAt = performance.now();
    if (!reply.isClosed) return;
    relay.publish(textSubject(messageId), { end: true });
    publications.delete(messageId);
  }

  /** Sends what there is, at most once in an interval, and continues when there is more. */
  function pump(messageId: string, publication: Publication): void {
    if (publication.isWaiting) return;
    const remainingMs = publication.sentAt + publishIntervalMs - performance.now();
    publication.isWaiting = true;
    const next = () => {
      publication.isWaiting = false;
      pump(messageId, publication);
    };
    if (remainingMs > 0) {
      setTimeout(next, remainingMs);
      return;
    }
    send(messageId, publication);
    if (publication.followedUntil < performance.now()) publications.delete(messageId);
    else if (!publication.reply.isClosed) publication.reply.onceChanged(next);
  }

  return relay.subscribe(followSubject, (data) => {
    const { data: request } = requestSchema.safeParse(data);
    const reply = request === undefined ? undefined : options.live(request.messageId);
    if (request === undefined || reply === undefined) return;
    const { messageId, have } = request;
    const existing = publications.get(messageId);
    const publication = existing ?? { reply, sent: have, followedUntil: 0, sentAt: 0, isWaiting: false };
    publication.followedUntil = performance.now() + interestMs;
    // The node came later, or lost a message: text is sent again to all, and the others drop what they have.
    for (const channel of channels) {
      publication.sent[channel] = Math.min(publication.sent[channel], have[channel]);
    }
    publications.set(messageId, publication);
    // One that waits for more text would go on waiting though there is some to send again.
    if (existing === undefined) pump(messageId, publication);
    else if (hasUnsent(publication)) send(messageId, publication);
  });
}
