// Cursors over replies. Each computes its next piece on demand: from memory while the reply is produced, here or on
// another node, and from the log once it has ended. Nothing is queued for a slow reader.
import { AppError } from '../../errors.ts';
import { createPullIterator, type Pull } from '../../lib/pull-iterator.ts';
import type { Generations } from '../produce/generations.ts';
import type { LiveReply } from '../produce/live-reply.ts';
import { cutText } from '../produce/live-text.ts';
import { type ByChannel, type Channel, channels } from '../provider/provider.ts';
import type { EndedReplies } from './ended-replies.ts';
import type { RemoteReplies } from './remote-replies.ts';

/** The text offsets up to which a reader has a reply. */
export type TextOffsets = ByChannel<number>;

export type GenerationUpdate =
  | {
      kind: 'delta';
      messageId: string;
      channel: Channel;
      offset: number;
      end: number;
      text: string;
      /** What the reader has once it has this piece. */
      position: TextOffsets;
    }
  /** The channel ends at `end`, before the reader's offset: its node died before it stored the last of its text. */
  | { kind: 'rewind'; messageId: string; channel: Channel; end: number }
  | { kind: 'end'; messageId: string };

export type ReplyCursors = {
  /** @param after what the reader has */
  follow(messageId: string, after: TextOffsets): AsyncIterableIterator<GenerationUpdate>;
  /** How many cursors are open. */
  readonly openCount: number;
};

/** UTF-16 code units in one delta: it bounds the memory that a reader costs which has stopped reading. */
const maxPieceLength = 4_096;

const argumentOf = { text: 'after', reasoning: 'afterReasoning' } as const;

function checkBoundary(channel: Channel, text: string, after: number): void {
  const next = text.charCodeAt(0);
  if (after > 0 && next >= 0xdc00 && next <= 0xdfff) {
    throw new AppError(
      'INVALID_INPUT',
      `${argumentOf[channel]} ${after} lies inside a character: pass the end of the last delta.`,
    );
  }
}

export function createReplyCursors(options: {
  generations: Generations;
  remoteReplies: RemoteReplies;
  endedReplies: EndedReplies;
}): ReplyCursors {
  const { generations, remoteReplies, endedReplies } = options;
  let openCount = 0;

  function follow(messageId: string, after: TextOffsets): AsyncIterableIterator<GenerationUpdate> {
    const offsets = { ...after };
    let live: LiveReply | undefined = generations.live(messageId);
    let isRemote = false;
    openCount += 1;

    function releaseRemote(): void {
      if (isRemote) remoteReplies.release(messageId);
      isRemote = false;
    }

    /** The next piece of the first channel that has one: a reader that joins late gets the reasoning before the text. */
    function nextPiece(read: (channel: Channel, from: number) => string): GenerationUpdate | undefined {
      for (const channel of channels) {
        const offset = offsets[channel];
        const text = read(channel, offset);
        if (text === '') continue;
        checkBoundary(channel, text, offset);
        const end = offset + text.length;
        offsets[channel] = end;
        return { kind: 'delta', messageId, channel, offset, end, text, position: { ...offsets } };
      }
      return undefined;
    }

    function fromMemory(reply: LiveReply, pull: Pull): GenerationUpdate | undefined | Promise<undefined> {
      const piece = nextPiece((channel, from) => reply[channel].read(from, maxPieceLength));
      if (piece !== undefined) return piece;
      if (!reply.isClosed) return pull.wait((finish) => reply.onceChanged(finish));
      // Ended: from now on the log decides, since recovery may have ended the reply with another text.
      live = undefined;
      releaseRemote();
      return undefined;
    }

    async function fromLog(pull: Pull): Promise<GenerationUpdate | undefined> {
      // Wrapped in an array, since undefined means that the read failed.
      const stored = await pull.retryWhileUnavailable(async () => [await endedReplies.read(messageId)]);
      if (stored === undefined) return undefined;
      const [final] = stored;
      if (final === undefined) {
        live = generations.live(messageId);
        isRemote = live === undefined && !pull.isClosed;
        if (isRemote) live = remoteReplies.open(messageId);
        return undefined;
      }
      return fromFinal(final, pull);
    }

    function fromFinal(final: ByChannel<string>, pull: Pull): GenerationUpdate {
      const piece = nextPiece((channel, from) => cutText(final[channel].slice(from), maxPieceLength));
      if (piece !== undefined) return piece;
      for (const channel of channels) {
        const end = final[channel].length;
        if (offsets[channel] <= end) continue;
        offsets[channel] = end;
        return { kind: 'rewind', messageId, channel, end };
      }
      pull.finish();
      return { kind: 'end', messageId };
    }

    /** A reader that connected before the reply started here is following the remote copy. */
    function switchToLocalReply(): void {
      const local = isRemote ? generations.live(messageId) : undefined;
      if (local === undefined) return;
      releaseRemote();
      live = local;
    }

    return createPullIterator(
      (pull) => {
        switchToLocalReply();
        return live === undefined ? fromLog(pull) : fromMemory(live, pull);
      },
      () => {
        openCount -= 1;
        releaseRemote();
      },
    );
  }

  return {
    follow,
    get openCount() {
      return openCount;
    },
  };
}
