// What someone sees of the events of a conversation that is theirs: what others said of it is hidden, as it is in
// `feedback`. The event stays, so that versions have no hole.
import { z } from 'zod';
import type { LogEvent } from './event.ts';

/** An event, as one reader sees it. */
export type EventRedactor = (event: LogEvent) => LogEvent;

export const noRedaction: EventRedactor = (event) => event;

const authored = z.object({
  id: z.string(),
  conversation_id: z.string().optional(),
  username: z.string().optional(),
});

/** @param owner whose conversation it is, who reads it */
export function redactFor(owner: string): EventRedactor {
  return (event) => {
    if (event.type !== 'UPDATE_MESSAGE' && event.type !== 'UPDATE_CONVERSATION') return event;
    const { username, ...place } = authored.parse(event.payload);
    // "" and none mean the owner.
    if (!username || username === owner) return event;
    return { ...event, actor: null, payload: place };
  };
}
