// Which events a viewer may read: a whole topic with the right to it, else the conversations that are theirs.
import type pg from 'pg';
import { AppError } from '../errors.ts';
import { mayReadAll, readAllRoles, requireRole, type Viewer } from '../identity/viewer.ts';
import type { EventType } from './event.ts';
import { type EventFilter, type LogPosition, logPositionOf, topicOfConversation } from './read/pages.ts';
import { type EventRedactor, noRedaction, redactFor } from './redact-event.ts';

export type EventsArgs = {
  topic: string;
  offset?: number | null | undefined;
  after?: string | null | undefined;
  types?: readonly EventType[] | null | undefined;
  conversationId?: string | null | undefined;
  /** A cursor that counts instead of offset and after. */
  lastEventId?: string | undefined;
};

/** What the viewer sees of an event that they may read: of a conversation of theirs, or as one who reads everything. */
export function redactorFor(viewer: Viewer): EventRedactor {
  return mayReadAll(viewer) ? noRedaction : redactFor(viewer.username);
}

/**
 * What the arguments choose, and what the viewer sees of it: decided before anything of the log is read or followed.
 * @throws AppError FORBIDDEN for a topic, NOT_FOUND for a conversation that the viewer may not read,
 * INVALID_INPUT for a place that can't be
 */
export async function chooseEvents(
  pool: pg.Pool,
  viewer: Viewer,
  args: EventsArgs,
): Promise<{ place: LogPosition; filter: EventFilter; show: EventRedactor }> {
  const conversationId = args.conversationId ?? undefined;
  if (args.types?.length === 0) {
    throw new AppError('INVALID_INPUT', 'types is empty: name at least one type, or leave it out for all.');
  }
  const filter = { types: args.types ?? undefined, conversationId };
  const show = redactorFor(viewer);
  if (conversationId !== undefined) {
    const username = mayReadAll(viewer) ? undefined : viewer.username;
    const topic = await topicOfConversation(pool, conversationId, username);
    return { place: logPositionOf(topic, args), filter, show };
  }
  const remedy = 'give the conversationId of a conversation of yours';
  requireRole(viewer, { roles: readAllRoles, action: 'read a whole topic', remedy });
  return { place: logPositionOf(args.topic, args), filter, show };
}
