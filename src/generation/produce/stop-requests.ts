// Carries requests to stop a reply to the node that produces it: through the relay, and through Postgres for a node
// that the relay does not reach. Every node gets them; only the one that produces the reply acts.
import type pg from 'pg';
import { z } from 'zod';
import { type Relay, subjectOf } from '../../relay/relay.ts';
import { storeStopRequest } from './token-log-store.ts';

const stopSubject = subjectOf('stop');
const stopSchema = z.object({ messageId: z.string() });

export async function requestStop(
  { pool, relay }: { pool: pg.Pool; relay: Relay },
  messageId: string,
): Promise<void> {
  await storeStopRequest(pool, messageId);
  relay.publish(stopSubject, { messageId });
}

/**
 * Receives the requests that come through the relay; those in Postgres are found by the token log.
 * @returns an unsubscribe function
 */
export function onStopRequest(relay: Relay, listener: (messageId: string) => void): () => void {
  return relay.subscribe(stopSubject, (data) => {
    const { data: request } = stopSchema.safeParse(data);
    if (request !== undefined) listener(request.messageId);
  });
}
