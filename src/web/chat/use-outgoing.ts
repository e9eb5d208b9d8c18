// The prompt that is on its way: shown at once, and kept where it failed, to be sent again with the same ids.
import { useState } from 'react';
import { type Outgoing, startAndSend } from './actions.ts';

export type OutgoingState = { outgoing: Outgoing; error: unknown };

/** @param onStarted the server has the conversation of the prompt */
export function useOutgoing(onStarted: (conversationId: string) => void) {
  const [state, setState] = useState<OutgoingState>();

  async function send(outgoing: Outgoing): Promise<void> {
    setState({ outgoing, error: null });
    try {
      await startAndSend(outgoing);
      onStarted(outgoing.conversationId);
    } catch (error) {
      setState((now) => (now?.outgoing.id === outgoing.id ? { outgoing, error } : now));
    }
  }

  return { state, send: (outgoing: Outgoing) => void send(outgoing), discard: () => setState(undefined) };
}
