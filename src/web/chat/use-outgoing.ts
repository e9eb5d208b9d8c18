// The prompt that is on its way: shown at once, and kept where it failed, to be sent again with the same ids.
import { useState } from 'react';
import { type Outgoing, startAndSend } from './actions.ts';

/** Once sent, it is shown where its conversation is, until it comes back from there. */
export type OutgoingState = { outgoing: Outgoing; error: unknown; isSent: boolean };

/** @param onStarted the server has the conversation of the prompt */
export function useOutgoing(onStarted: (conversationId: string) => void) {
  const [state, setState] = useState<OutgoingState>();

  async function send(outgoing: Outgoing): Promise<void> {
    setState({ outgoing, error: null, isSent: false });
    try {
      await startAndSend(outgoing);
      setState((now) => (now?.outgoing.id === outgoing.id ? { ...now, isSent: true } : now));
      onStarted(outgoing.conversationId);
    } catch (error) {
      setState((now) => (now?.outgoing.id === outgoing.id ? { ...now, error } : now));
    }
  }

  return { state, send: (outgoing: Outgoing) => void send(outgoing), discard: () => setState(undefined) };
}
