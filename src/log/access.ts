// Which events a viewer may read: whole topics if their role allows it, otherwise only their own conversations.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { mayReadAll, readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import type { EventType } from './event.ts';
import { type LogPosition, logPositionOf, topicOfConversation } from './read/log-position.ts';
import type { EventFilter } from './read/pages.ts';
import { type EventRedactor, noRedaction, redactFor } from './redact-event.ts';

export type EventsArgs = {
  topic: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  types?: readonly EventType[] | null | undefined;
  conversationId?: string | null | undefined;
  /** A cursor that overrides offset and after. */
  lastEventId?: string | undefined;
};

/** Redacts nothing for a viewer who may read everything; otherwise the viewer reads as the owner of the conversation. */
export function redactorFor(viewer: Viewer): EventRedactor {
  return mayReadAll(viewer) ? noRedaction : redactFor(viewer.username);
}

/**
 * Checks the arguments and the viewer's rights before anything is read from the log.
 * @throws AppError FORBIDDEN for a topic, NOT_FOUND for a conversation that the viewer may not read,
 * INVALID_INPUT for an invalid position
 */
export async function chooseEvents(
  pool: pg.Pool,
  viewer: Viewer,
  args: EventsArgs,
): Promise<{ position: LogPosition; filter: EventFilter; redact: EventRedactor }> {
  const conversationId = args.conversationId ?? undefined;
  if (args.types?.length === 0) {
    throw new AppError('INVALID_INPUT', 'types is empty: name at least one type, or omit it for all.');
  }
  const filter = { types: args.types ?? undefined, conversationId };
  const redact = redactorFor(viewer);
  if (conversationId !== undefined) {
    const username = mayReadAll(viewer) ? undefined : viewer.username;
    const topic = await topicOfConversation(pool, conversationId, username);
    return { position: logPositionOf(topic, args), filter, redact };
  }
  const remedy = 'give the conversationId of one of your conversations';
  requireRole(viewer, { roles: readAllRoles, action: 'read a whole topic', remedy });
  return { position: logPositionOf(args.topic, args), filter, redact };
}
