// Redacts events for the owner of a conversation: the feedback of others is hidden, as it is in the field `feedback`.
// The event itself stays, so that versions have no gap.
import { z } from 'zod';
import type { LogEvent } from './event.ts';

/** Returns the event as one reader may see it. */
export type EventRedactor = (event: LogEvent) => LogEvent;

export const noRedaction: EventRedactor = (event) => event;

const authoredPayload = z.object({
  id: z.string(),
  conversation_id: z.string().optional(),
  username: z.string().optional(),
});

/** @param owner username of the owner of the conversation, who reads the event */
export function redactFor(owner: string): EventRedactor {
  return (event) => {
    if (event.type !== 'UPDATE_MESSAGE' && event.type !== 'UPDATE_CONVERSATION') return event;
    const { username, ...ids } = authoredPayload.parse(event.payload);
    // An absent or empty username means the owner.
    if (!username || username === owner) return event;
    return { ...event, actor: null, payload: ids };
  };
}
