// What a viewer sees of the events of a conversation that is theirs: what others said of it is hidden, as it is in
// `feedback`. The event stays, so that versions have no hole.
import { z } from 'zod';
import { mayReadAll, type Viewer } from '../identity/viewer.ts';
import type { LogEvent } from './event.ts';

/** Shows an event to one viewer. */
export type Show = (event: LogEvent) => LogEvent;

export const showAll: Show = (event) => event;

const authored = z.object({
  id: z.string(),
  conversation_id: z.string().optional(),
  username: z.string().optional(),
});

/** @param viewer one who may read the conversation: it is theirs, or they may read everything */
export function shownTo(viewer: Viewer): Show {
  if (mayReadAll(viewer)) return showAll;
  return (event) => {
    if (event.type !== 'UPDATE_MESSAGE' && event.type !== 'UPDATE_CONVERSATION') return event;
    const { username, ...place } = authored.parse(event.payload);
    // "" and none mean whose conversation it is: the viewer.
    if (!username || username === viewer.username) return event;
    return { ...event, actor: null, payload: place };
  };
}
