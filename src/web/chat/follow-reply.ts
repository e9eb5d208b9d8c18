// The text of a reply that is being produced: merged as it comes, shown once a frame, and continued where it was after
// the connection was lost.
import { useEffect, useState } from 'react';
import { follow } from '../api/connection.ts';
import { FollowReplyDocument, type FollowReplySubscription } from '../api/operations.ts';

export type LiveText = { text: string; reasoning: string };

type Update = FollowReplySubscription['generation'];
const nothing: LiveText = { text: '', reasoning: '' };

function received(live: LiveText, update: Update): LiveText {
  switch (update.__typename) {
    case 'GenerationDelta': {
      const channel = update.channel === 'TEXT' ? 'text' : 'reasoning';
      // A piece that comes again replaces itself.
      return { ...live, [channel]: live[channel].slice(0, update.offset) + update.text };
    }
    case 'GenerationRewind': {
      const channel = update.channel === 'TEXT' ? 'text' : 'reasoning';
      return { ...live, [channel]: live[channel].slice(0, update.end) };
    }
    case 'GenerationEnd':
      return { text: update.message.content, reasoning: update.message.reasoning ?? '' };
  }
}

const waitMs = 1_000;

function followReply(messageId: string, onText: (live: LiveText) => void): () => void {
  let live = nothing;
  let frame = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const variables = { messageId, after: 0, afterReasoning: 0 };
  const show = () => {
    frame = 0;
    onText(live);
  };
  const begin = () =>
    follow(FollowReplyDocument, variables, {
      next({ generation }) {
        live = received(live, generation);
        variables.after = live.text.length;
        variables.afterReasoning = live.reasoning.length;
        if (frame === 0) frame = requestAnimationFrame(show);
      },
      error() {
        retry = setTimeout(() => {
          unfollow = begin();
        }, waitMs);
      },
    });
  let unfollow = begin();
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(retry);
    unfollow();
  };
}

/** @param messageId undefined where nothing is to be followed */
export function useLiveText(messageId: string | undefined): LiveText {
  const [live, setLive] = useState<LiveText>(nothing);
  useEffect(() => {
    if (messageId === undefined) return;
    setLive(nothing);
    return followReply(messageId, setLive);
  }, [messageId]);
  return live;
}
