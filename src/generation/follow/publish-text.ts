// Gives the text and reasoning of this node's running replies to the other nodes whose viewers follow them, and to no one else:
// a node asks for a reply again and again for as long as it has readers.
import { z } from 'zod';
import { type Relay, subjectOf } from '../../relay/relay.ts';
import type { LiveReply } from '../produce/live-reply.ts';
import { type Channel, channels } from '../provider/provider.ts';

/** Asked by nodes with readers: {messageId, have, haveReasoning}, the text offsets up to which the node has the reply. */
export const followSubject = subjectOf('follow');
/** Answered to all of them: {channel, offset, text}, and {end: true} once the end is in the log. */
export const textSubject = (messageId: string) => subjectOf('text', messageId);

/** How often a node asks again, and how long after that it counts as gone. */
export const askIntervalMs = 1_000;
const interestMs = 3 * askIntervalMs;
/** Text that comes faster is sent together. */
const publishIntervalMs = 10;
/** UTF-16 code units in one message: at most 3 bytes each in JSON's UTF-8 (6 where escaped), below NATS' 1 MiB. */
const maxPieceLength = 131_072;

const offsetSchema = z.int().min(0);
const askSchema = z
  .object({ messageId: z.string(), have: offsetSchema, haveReasoning: offsetSchema.default(0) })
  .transform(({ messageId, have: text, haveReasoning: reasoning }) => ({
    messageId,
    have: { text, reasoning },
  }));

type Shared = {
  reply: LiveReply;
  sent: Record<Channel, number>;
  until: number;
  sentAt: number;
  isWaiting: boolean;
};

/**
 * @param options.live a reply that this node is producing
 * @returns ends it
 */
export function publishText(options: {
  relay: Relay;
  live: (messageId: string) => LiveReply | undefined;
}): () => void {
  const { relay } = options;
  const shared = new Map<string, Shared>();

  function send(messageId: string, entry: Shared): void {
    const { reply, sent } = entry;
    for (const channel of channels) {
      while (sent[channel] < reply[channel].length) {
        const text = reply[channel].read(sent[channel], maxPieceLength);
        relay.publish(textSubject(messageId), { channel, offset: sent[channel], text });
        sent[channel] += text.length;
      }
    }
    entry.sentAt = performance.now();
    if (!reply.isClosed) return;
    relay.publish(textSubject(messageId), { end: true });
    shared.delete(messageId);
  }

  /** Sends what there is, at most once in a beat, and again when there is more. */
  function pump(messageId: string, entry: Shared): void {
    if (entry.isWaiting) return;
    const restMs = entry.sentAt + publishIntervalMs - performance.now();
    entry.isWaiting = true;
    const next = () => {
      entry.isWaiting = false;
      pump(messageId, entry);
    };
    if (restMs > 0) {
      setTimeout(next, restMs);
      return;
    }
    send(messageId, entry);
    if (entry.until < performance.now()) shared.delete(messageId);
    else if (!entry.reply.isClosed) entry.reply.onceChanged(next);
  }

  return relay.subscribe(followSubject, (data) => {
    const { data: ask } = askSchema.safeParse(data);
    const reply = ask === undefined ? undefined : options.live(ask.messageId);
    if (ask === undefined || reply === undefined) return;
    const known = shared.get(ask.messageId);
    const entry = known ?? { reply, sent: ask.have, until: 0, sentAt: 0, isWaiting: false };
    entry.until = performance.now() + interestMs;
    // A node that came later, or lost a message; the others know what they have.
    for (const channel of channels) entry.sent[channel] = Math.min(entry.sent[channel], ask.have[channel]);
    shared.set(ask.messageId, entry);
    // One that waits for more text would wait on though there is some to send again.
    if (known === undefined) pump(ask.messageId, entry);
    else if (channels.some((channel) => entry.sent[channel] < reply[channel].length)) {
      send(ask.messageId, entry);
    }
  });
}
