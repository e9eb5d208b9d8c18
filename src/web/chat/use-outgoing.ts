// The prompt that is being sent: shown at once, and kept if sending fails, to be sent again with the same ids.
import { useState } from 'react';
import { type Outgoing, startAndSend } from './actions.ts';

/** Once sent, the prompt is shown in its conversation until its event arrives there. */
export type OutgoingState = { outgoing: Outgoing; error: unknown; isSent: boolean };

/** @param onSent called when the server has recorded the prompt */
export function useOutgoing(onSent: (conversationId: string) => void) {
  const [state, setState] = useState<OutgoingState>();

  async function send(outgoing: Outgoing): Promise<void> {
    setState({ outgoing, error: null, isSent: false });
    try {
      await startAndSend(outgoing);
      setState((current) => (current?.outgoing.id === outgoing.id ? { ...current, isSent: true } : current));
      onSent(outgoing.conversationId);
    } catch (error) {
      setState((current) => (current?.outgoing.id === outgoing.id ? { ...current, error } : current));
    }
  }

  return { state, send: (outgoing: Outgoing) => void send(outgoing), discard: () => setState(undefined) };
}
