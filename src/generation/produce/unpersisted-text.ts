// Which text of the running replies is not in Postgres yet: plain functions over what has been stored so far.
import { type Channel, channels } from '../provider/provider.ts';
import type { LiveReply } from './live-reply.ts';

/** A running reply, and how much of it has been stored. */
export type PersistedReply = {
  readonly reply: LiveReply;
  /** The text offset up to which each channel has been stored. */
  readonly persisted: Record<Channel, number>;
  /** Its end could not be written: it is kept until all of its text is stored. */
  isAbandoned: boolean;
};

/** A part of one channel that has not been stored, from a text offset on. */
export type UnpersistedPiece = {
  messageId: string;
  entry: PersistedReply;
  channel: Channel;
  offset: number;
  text: string;
};

type Entries = ReadonlyMap<string, PersistedReply>;

export function trackReply(reply: LiveReply): PersistedReply {
  return { reply, persisted: { text: 0, reasoning: 0 }, isAbandoned: false };
}

/** The oldest replies come first: text beyond `maxCharacters`, in UTF-16 code units, is left for the next call. */
export function findUnpersisted(entries: Entries, maxCharacters: number): UnpersistedPiece[] {
  const pieces: UnpersistedPiece[] = [];
  let remaining = maxCharacters;
  for (const [messageId, entry] of entries) {
    for (const channel of channels) {
      const offset = entry.persisted[channel];
      const text = entry.reply[channel].read(offset, remaining);
      remaining -= text.length;
      if (text !== '') pieces.push({ messageId, entry, channel, offset, text });
    }
  }
  return pieces;
}

/** Called once the pieces are stored. Until then each piece is found again, with the text that has come since. */
export function markPersisted(pieces: readonly UnpersistedPiece[]): void {
  for (const { entry, channel, offset, text } of pieces) entry.persisted[channel] = offset + text.length;
}

/** UTF-16 code units that are not stored. */
export function unpersistedLength(entries: Entries): number {
  let length = 0;
  for (const { reply, persisted } of entries.values()) {
    for (const channel of channels) length += reply[channel].length - persisted[channel];
  }
  return length;
}

/** Whether the entry is abandoned, and all of its text is stored. */
export function canDrop({ reply, persisted, isAbandoned }: PersistedReply): boolean {
  return isAbandoned && channels.every((channel) => persisted[channel] === reply[channel].length);
}
