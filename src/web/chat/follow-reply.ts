// The text of a reply that is being generated: merged as it arrives, rendered once per frame, and resumed at its offset
// after the connection was lost.
import { useEffect, useState } from 'react';
import { subscribe } from '../api/connection.ts';
import { FollowReplyDocument, type FollowReplySubscription } from '../api/operations.ts';

export type LiveText = { text: string; reasoning: string };

type Update = FollowReplySubscription['generation'];
const emptyText: LiveText = { text: '', reasoning: '' };

function applyUpdate(live: LiveText, update: Update): LiveText {
  switch (update.__typename) {
    case 'GenerationDelta': {
      const channel = update.channel === 'TEXT' ? 'text' : 'reasoning';
      // A delta that is sent again replaces the text from its offset on.
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

const retryMs = 1_000;

function followReply(messageId: string, onText: (live: LiveText) => void): () => void {
  let live = emptyText;
  let frame = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const variables = { messageId, after: 0, afterReasoning: 0 };
  const render = () => {
    frame = 0;
    onText(live);
  };
  const start = () =>
    subscribe(FollowReplyDocument, variables, {
      next({ generation }) {
        live = applyUpdate(live, generation);
        variables.after = live.text.length;
        variables.afterReasoning = live.reasoning.length;
        if (frame === 0) frame = requestAnimationFrame(render);
      },
      error() {
        retry = setTimeout(() => {
          unsubscribe = start();
        }, retryMs);
      },
    });
  let unsubscribe = start();
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(retry);
    unsubscribe();
  };
}

/** @param messageId undefined to follow nothing */
export function useLiveText(messageId: string | undefined): LiveText {
  const [live, setLive] = useState<LiveText>(emptyText);
  useEffect(() => {
    if (messageId === undefined) return;
    setLive(emptyText);
    return followReply(messageId, setLive);
  }, [messageId]);
  return live;
}
